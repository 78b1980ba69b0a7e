"""YOLO annotations: a text file of boxes for each image. Classes are counted in objects."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES, ZipSource
from ..images.image_files import image_contents
from ..labels import ALL, SPLITS, Labels, split_of
from ..messages import Progress, quoted
from ..samples import BoxNotes
from .boxes import distinct, object_labels

TEXT_BYTES = 4 * limits.MB
TEXTS_BYTES = 512 * limits.MB
YAML_BYTES = limits.MB


def read_yolo(path: Path, progress: Progress) -> tuple[Labels, BoxNotes, tuple[str, ...]] | None:
    """Objects by class of a YOLO folder or ZIP (labels/…/*.txt); ``None`` if it is none."""
    texts, read = _texts(path)
    labels = [
        t for t in texts if "labels" in [p.lower() for p in t[:-1]] and t[-1].endswith(".txt")
    ]
    if not labels:
        return None
    names, notes = _class_names(texts, read)
    found: dict[tuple[str, int], list[int]] = {}
    bare = total_bytes = 0
    for position, parts in enumerate(labels):
        content = read(parts)
        total_bytes += len(content)
        if len(content) > TEXT_BYTES or total_bytes > TEXTS_BYTES:
            raise DataError(
                f"Expected small YOLO files, but {quoted('/'.join(parts))} is too large."
            )
        split = next((s for p in parts[:-1] if (s := split_of(p))), "")
        here: set[int] = set()
        for line in content.decode("utf-8", errors="replace").splitlines():
            if not line.strip():
                continue
            c, no_area = _yolo_line(line, parts)
            cell = found.setdefault((split, c), [0, 0, 0])
            cell[0] += 1
            cell[1] += no_area
            here.add(c)
        for c in here:
            found[split, c][2] += 1
        bare += not here
        if position % 1000 == 0:
            progress("Reading annotations", position / len(labels))
    if not found:
        raise DataError("Expected YOLO files with objects, but all of them are empty.")
    highest = max(c for _, c in found)
    if highest >= limits.CLASSES:
        raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got class {highest:,}.")
    names += [f"class {c}" for c in range(len(names), highest + 1)]
    splits = tuple(s for s in SPLITS if any(which == s for which, _ in found)) or (ALL,)
    counts = np.zeros((len(splits), len(names)), dtype=np.int64)
    in_images = np.zeros(len(names), dtype=np.int64)
    empties = np.zeros(len(names), dtype=np.int64)
    for (split, c), (objects, empty, files) in found.items():
        row = splits.index(split) if split in splits else 0
        counts[row, c] += objects
        empties[c] += empty
        in_images[c] += files
    return (
        object_labels(distinct(names), splits, counts, len(labels), len(labels) - bare),
        BoxNotes(in_images, empties),
        notes,
    )


def _texts(
    path: Path,
) -> tuple[list[tuple[str, ...]], Callable[[tuple[str, ...]], bytes]]:
    """The text files of a folder or a checked ZIP, and how to read one."""
    suffixes = (".txt", ".yaml", ".yml", ".names")
    if path.is_dir():
        files = {}
        for position, file in enumerate(sorted(path.rglob("*"))):
            if position > 300_000:
                raise DataError("Expected a folder of at most 300,000 files, but got more.")
            inside = file.resolve().is_relative_to(path.resolve())
            if file.suffix.lower() in suffixes and file.is_file() and inside:
                files[file.relative_to(path).parts] = file

        def read_path(parts: tuple[str, ...]) -> bytes:
            with open(files[parts], "rb") as file:
                return file.read(TEXT_BYTES + 1)

        return list(files), read_path
    ZipSource(path).close()  # refuses links, paths that lead out, bombs, encryption
    archive = zipfile.ZipFile(path)
    entries = {
        tuple(info.filename.split("/")): info
        for info in archive.infolist()
        if info.filename.lower().endswith(suffixes) and "__MACOSX" not in info.filename
    }

    def read_entry(parts: tuple[str, ...]) -> bytes:
        try:
            with archive.open(entries[parts]) as file:
                return file.read(TEXT_BYTES + 1)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
            raise DataError(
                f"Expected a readable ZIP, but {quoted('/'.join(parts))} is damaged: {error}."
            ) from error

    return list(entries), read_entry


def _class_names(
    texts: Iterable[tuple[str, ...]], read: Callable[[tuple[str, ...]], bytes]
) -> tuple[list[str], tuple[str, ...]]:
    """Class names from data.yaml, or from classes.txt or obj.names."""
    for parts in texts:
        if parts[-1].lower().endswith((".yaml", ".yml")):
            content = read(parts)
            if len(content) <= YAML_BYTES and (names := _yaml_names(content)):
                return names, ()
    for parts in texts:
        if parts[-1].lower() in ("classes.txt", "obj.names", "coco.names"):
            lines = read(parts).decode("utf-8", errors="replace").splitlines()
            return [line.strip()[: limits.NAME_CHARACTERS] for line in lines if line.strip()], ()
    return [], ("No data.yaml or classes.txt was found, so classes are named by their number.",)


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


def _yolo_line(line: str, parts: tuple[str, ...]) -> tuple[int, bool]:
    """The class in ``class x y width height …``, and whether the box has no area."""
    cells = line.split()
    try:
        c = int(cells[0])
        numbers = [float(v) for v in cells[1:]]
    except ValueError as error:
        raise _not_yolo(line, parts) from error
    if c < 0 or len(numbers) < 4:
        raise _not_yolo(line, parts)
    if len(numbers) in (4, 5):
        x, y, w, h = numbers[:4]
        return c, not (w > 0 and h > 0 and -1 < x < 2 and -1 < y < 2)
    return c, False


def _not_yolo(line: str, parts: tuple[str, ...]) -> DataError:
    return DataError(
        "Expected lines 'class x y width height' in YOLO files, but got "
        f"{quoted(line)} in {quoted('/'.join(parts))}."
    )


def _matches(start: FileStart) -> bool:
    """Whether a folder or a ZIP has a folder of labels."""
    if start.folder:
        return any((start.path / part).is_dir() for part in ("labels", "train/labels"))
    return any(re.search(r"(^|/)labels/(.*/)?[^/]+\.txt$", name) for name in start.entries or ())


def _read(path: Path, options: ReadOptions) -> Contents:
    found = read_yolo(path, options.progress)
    if found is None:  # no text files in a folder of labels, so the images count
        return image_contents(path, options)
    labels, boxes, notes = found
    size = 0 if path.is_dir() else path.stat().st_size
    return Contents(
        path.name, "annotations", YOLO.title, size, labels, label="class", notes=notes, boxes=boxes
    )


YOLO: FileFormat = FileFormat(
    title="YOLO annotations",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
