"""Which files of a YOLO export hold boxes, and which the names of the classes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import limits
from ..images.layout import IMAGE_SUFFIXES, Parts, is_system_file, suffix_of
from .inner import AnnotationFiles

YAML_BYTES = limits.MB
_NO_BOXES = re.compile(
    r"(classes|class_names|names|labels|obj|predefined_classes|train|val|valid|test|trainval|all"
    r"|readme.*|license|licence|notes|requirements|robots|changelog|wnids|words|.*_list)\.txt",
    re.IGNORECASE,
)
"""Text files that an export leaves among those of boxes."""
_NAME_FILES = ("classes.txt", "class_names.txt", "predefined_classes.txt", "_darknet.labels")


def label_files(paths: Sequence[Parts]) -> tuple[list[Parts], list[Parts]]:
    """The text files in folders of labels, and else those that may hold the boxes of an image.

    >>> label_files([("labels", "classes.txt"), ("labels", "a.txt"), ("readme.txt",)])
    ([('labels', 'a.txt')], [])
    >>> label_files([("a.txt",), ("a.jpg",), ("caption.txt",)])
    ([], [('a.txt',)])
    """
    texts = [
        p
        for p in paths
        if p[-1].lower().endswith(".txt")
        and not _NO_BOXES.fullmatch(p[-1])
        and not is_system_file(p)
    ]
    if not texts:
        return [], []
    sure = [p for p in texts if any(part.lower() in ("labels", "label") for part in p[:-1])]
    sure = sure or [p for p in texts if any(re.fullmatch(r"obj_\w+_data", x) for x in p[:-1])]
    if sure:
        return sure, []
    stems = {
        (*p[:-1], p[-1].rpartition(".")[0]) for p in paths if suffix_of(p[-1]) in IMAGE_SUFFIXES
    }
    named = any(p[-1].lower() in _NAME_FILES or _suffix(p) in (".names", ".yaml") for p in paths)
    beside = [p for p in texts if (*p[:-1], p[-1][:-4]) in stems]
    return [], beside or (texts if named and not stems else [])


def looks_like_boxes(head: bytes) -> bool | None:
    """Whether the first lines are boxes; ``None`` for an empty file."""
    lines = [line.split() for line in head.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        return None
    return all(
        len(cells) >= 5 and cells[0].isdigit() and all(map(_is_number, cells[1:]))
        for cells in lines[:5]
    )


def class_names(files: AnnotationFiles) -> tuple[list[str], tuple[str, ...]]:
    """Class names from data.yaml, or from classes.txt or a .names file, and notes."""
    yamls = [p for p in files.others if _suffix(p) in (".yaml", ".yml")]
    yamls.sort(key=lambda p: (not p[-1].lower().startswith("data"), len(p), p))
    for parts in yamls:
        content = files.read(parts)
        if len(content) <= YAML_BYTES and (names := _yaml_names(content)):
            return names, ()
    listed = [p for p in files.others if p[-1].lower() in _NAME_FILES or _suffix(p) == ".names"]
    for parts in sorted(listed, key=lambda p: (len(p), p)):
        lines = files.read(parts).decode("utf-8-sig", "replace").splitlines()
        names = [line.strip()[: limits.NAME_CHARACTERS] for line in lines]
        while names and not names[-1]:
            names.pop()
        if names:
            return [name or f"class {c}" for c, name in enumerate(names)], ()
    return [], ("No data.yaml or classes.txt was found, so classes are named by their number.",)


def _suffix(parts: Parts) -> str:
    return suffix_of(parts[-1])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _yaml_names(content: bytes) -> list[str]:
    import yaml  # type: ignore[import-untyped]

    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    names = document.get("names") if isinstance(document, dict) else None
    if isinstance(names, dict) and all(isinstance(k, int) and k >= 0 for k in names):
        top = max(names, default=-1)
        if top >= limits.CLASSES:
            return []
        names = [names.get(c, f"class {c}") for c in range(top + 1)]
    if not isinstance(names, list) or not all(isinstance(n, str | int | float) for n in names):
        return []
    return [str(n)[: limits.NAME_CHARACTERS] for n in names]
