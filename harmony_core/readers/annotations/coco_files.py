"""COCO annotations in a folder or ZIP: one JSON document for each split, with or without images."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.layout import Parts
from ..images.split_folders import split_name, split_of_path
from ..messages import listed
from ..tables.json_file import parse_json
from .coco import add_coco, is_coco
from .inner import AnnotationFiles, stem_of
from .objects import ObjectCounter

_OTHER_TASKS = re.compile(r"(captions|person_keypoints|panoptic|stuff|image_info)_", re.IGNORECASE)
PEEKS = 20


def _matches(start: FileStart) -> bool:
    """Whether a JSON file inside begins or is called like COCO annotations."""
    found = start.ending(".json", PEEKS)
    heads = start.peek(found)
    return any(
        b'"categories"' in head
        or (b'"images"' in head and b'"file_name"' in head)
        or (b'"annotations"' in head and b'"category_id"' in head)
        for head in heads
    )


def _read(path: Path, options: ReadOptions) -> Contents:
    with AnnotationFiles(path) as files:
        candidates = [p for p in files.others if p[-1].lower().endswith(".json")]
        instances = [p for p in candidates if not _OTHER_TASKS.match(p[-1])]
        documents: dict[Parts, dict[str, Any]] = {}
        for parts in instances or candidates:
            name = "/".join(parts)
            options.progress(f"Reading {name[:60]}", None)
            document = parse_json(files.read(parts, limits.JSON_BYTES), name)
            if is_coco(document) and (document.get("annotations") or len(instances) == 1):
                documents[parts] = document
    if not documents:
        raise DataError(
            "Expected COCO annotations of objects, but got none in "
            f"{listed(['/'.join(p) for p in candidates], 3)}. Add the file of instances."
        )
    splits = {p: split_of_path(p) or split_name(stem_of(p[-1])) for p in documents}
    notes = _drop_repeated(documents, splits)
    if len(documents) > 1 and not any(splits.values()):
        notes.append(
            f"Pooled {len(documents)} files of annotations, as their names say no split: "
            f"{listed(['/'.join(p) for p in documents], 3)}."
        )
    counter = ObjectCounter()
    for parts, document in documents.items():
        notes += add_coco(document, counter, splits[parts])
    return counter.contents(path, COCO_FILES.title, label="category", notes=notes)


def _drop_repeated(documents: dict[Parts, dict[str, Any]], splits: dict[Parts, str]) -> list[str]:
    """Drop files of no split that repeat images of others; `DataError` for other repetitions."""
    owners: dict[tuple[Parts, str], Parts] = {}
    notes: list[str] = []
    for parts in sorted(documents, key=lambda p: (not splits[p], p)):
        images = documents[parts].get("images")
        listed_images = images if isinstance(images, list) else []
        named = [i.get("file_name") for i in listed_images if isinstance(i, dict)]
        keys = {(parts[:-1], name) for name in named if isinstance(name, str)}
        repeated = [owners[key] for key in keys if key in owners]
        if repeated:
            both = listed(["/".join(repeated[0]), "/".join(parts)])
            if splits[parts]:
                raise DataError(
                    f"Expected every image in one file of annotations, but got some in {both}. "
                    "Keep one of them."
                )
            notes.append(
                f"Left out {listed(['/'.join(parts)])}, whose images other files have too."
            )
            del documents[parts]
            continue
        owners |= dict.fromkeys(keys, parts)
    return notes


COCO_FILES: FileFormat = FileFormat(
    title="COCO annotations of images",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
