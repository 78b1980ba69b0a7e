"""YOLO annotations: a text file of boxes for each image. Classes are counted in objects."""

from __future__ import annotations

from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.layout import Parts
from ..images.split_folders import split_of_path
from ..messages import quoted
from .inner import AnnotationFiles, split_lists, stem_of
from .objects import AnnotatedObject, Box, ObjectCounter, distinct
from .yolo_files import class_names, label_files, looks_like_boxes

LISTS = frozenset(("train.txt", "val.txt", "valid.txt", "test.txt", "trainval.txt"))
PEEKS = 5


def _matches(start: FileStart) -> bool:
    """Whether a folder or a ZIP has a folder of labels, or text files of boxes beside images."""
    if not start.ending(".txt", 1):
        return False
    sure, beside = label_files([tuple(name.split("/")) for name in start.names])
    if sure or not beside:
        return bool(sure)
    looks = map(looks_like_boxes, start.peek(["/".join(parts) for parts in beside[:PEEKS]]))
    found = list(looks)
    return any(found) and all(look is not False for look in found)


def _read(path: Path, options: ReadOptions) -> Contents:
    with AnnotationFiles(path) as files:
        sure, beside = label_files([*files.images, *files.others])
        labels = sure or beside
        names, notes = class_names(files)
        unnamed = len(names)
        counter = ObjectCounter(distinct(names))
        known = list(counter.place)
        by_path = {parts: split_of_path(parts) for parts in labels}
        lists = [p for p in files.others if p[-1].lower() in LISTS and p not in by_path]
        listed_in = {} if any(by_path.values()) else split_lists(files, lists)
        if len(set(listed_in.values())) < 2:  # one list of all images says nothing
            listed_in = {}
        for position, parts in enumerate(labels):
            objects: list[AnnotatedObject] = []
            for line in files.read(parts).decode("utf-8-sig", "replace").splitlines():
                if line.strip():
                    c, no_area, box = _box(line, parts)
                    while c >= len(known):
                        known.append(f"class {len(known)}")
                    objects.append((known[c], no_area, box))
            split = listed_in.get(stem_of(parts[-1]), "") if listed_in else by_path[parts]
            counter.add_image(split, objects, stem_of("/".join(parts), folder=True), relative=True)
            if position % 1000 == 0:
                options.progress("Reading annotations", position / len(labels))
        for name in known[unnamed:]:
            counter.declare(name)
        if counter.bare == counter.images:
            raise DataError(
                "Expected YOLO files with objects, but all of them are empty. Export them again."
            )
        background = len(files.images) - len(labels)
        if background > 0:
            counter.images += background
            counter.bare += background
        return counter.contents(path, YOLO.title, notes=notes)


def _box(line: str, parts: Parts) -> tuple[int, bool, Box | None]:
    """The class in ``class x y width height …``, whether the box has no area, and the box.

    Longer lines are polygons; their box is the smallest around them.
    """
    cells = line.split()
    try:
        c = int(cells[0])
        numbers = [float(v) for v in cells[1:]]
    except ValueError as error:
        raise _not_yolo(line, parts) from error
    if c < 0 or len(numbers) < 4:
        raise _not_yolo(line, parts)
    if c >= limits.CLASSES:
        raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got class {c:,}.")
    if len(numbers) in (4, 5):
        x, y, w, h = numbers[:4]
        empty = not (w > 0 and h > 0 and -1 < x < 2 and -1 < y < 2)
        return c, empty, None if empty else (x - w / 2, y - h / 2, w, h)
    xs, ys = numbers[0::2], numbers[1::2]
    return c, False, (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _not_yolo(line: str, parts: Parts) -> DataError:
    return DataError(
        "Expected lines 'class x y width height' in YOLO files, but got "
        f"{quoted(line)} in {quoted('/'.join(parts))}. Separate the numbers by blanks, or move "
        "other text files out of the folder of labels."
    )


YOLO: FileFormat = FileFormat(
    title="YOLO annotations",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
