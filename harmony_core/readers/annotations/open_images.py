"""Open Images annotations: CSV files that name an image and a label in each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.split_folders import split_name, split_of_path
from ..messages import quoted
from .inner import AnnotationFiles, stem_of
from .objects import AnnotatedObject, Box, ObjectCounter

PEEKS = 20


def is_open_images(head: bytes) -> bool:
    """Whether a table has the header of Open Images."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip().split(b",")
    return first[:1] == [b"ImageID"] and {b"LabelName", b"Confidence"} <= set(first)


def _matches_file(start: FileStart) -> bool:
    return is_open_images(start.head)


def _matches_files(start: FileStart) -> bool:
    found = start.ending(".csv", PEEKS)
    return any(map(is_open_images, start.peek(found, 4096)))


def _read_file(path: Path, options: ReadOptions) -> Contents:
    counter = ObjectCounter()
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        notes = _add(file, path.name, {}, "", counter)
    notes.append("Classes are named by their codes; class-descriptions.csv was not found.")
    return counter.contents(path, OPEN_IMAGES.title, notes=notes)


def _read_files(path: Path, options: ReadOptions) -> Contents:
    counter = ObjectCounter()
    notes: list[str] = []
    with AnnotationFiles(path) as files:
        tables = [p for p in files.others if p[-1].lower().endswith(".csv")]
        names: dict[str, str] = {}
        for parts in tables:
            if "class-descriptions" in parts[-1].lower():
                text = files.read(parts, 64 * limits.MB).decode("utf-8", "replace")
                names |= {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) > 1}
        boxes = [p for p in tables if "bbox" in p[-1].lower()]
        for parts in boxes or tables:
            content = files.read(parts, limits.JSON_BYTES)
            if is_open_images(content[:4096]):
                options.progress(f"Reading {parts[-1][:60]}", None)
                split = split_of_path(parts) or split_name(stem_of(parts[-1]))
                lines = io.StringIO(content.decode("utf-8", "replace"), newline="")
                notes += _add(lines, "/".join(parts), names, split, counter)
    return counter.contents(path, OPEN_IMAGES_FILES.title, notes=notes)


def _add(
    lines: Iterable[str], name: str, names: dict[str, str], split: str,
    counter: ObjectCounter,
) -> list[str]:  # fmt: skip
    """Count the rows that say that a label is there, image by image."""
    objects: dict[str, list[AnnotatedObject]] = {}
    absent = groups = 0
    try:
        for row in csv.DictReader(lines):
            label, image = (row.get("LabelName") or "").strip(), row.get("ImageID") or ""
            if not label:
                raise DataError(
                    f"Expected a LabelName in every row, but got one without in {quoted(name)}. "
                    "Copy the file again."
                )
            found = objects.setdefault(image, [])
            if float(row.get("Confidence") or 1) == 0:
                absent += 1
            else:
                groups += row.get("IsGroupOf") == "1"
                found.append((names.get(label, label), False, _box(row)))
    except (csv.Error, ValueError) as error:
        raise DataError(
            f"Expected Open Images annotations in {quoted(name)}, but got: "
            f"{quoted(str(error), 80)}. Copy the file again."
        ) from error
    for image, found in objects.items():
        counter.add_image(split, found, image, relative=True)
    notes = []
    if absent:
        notes.append(f"Left out {absent:,} rows that say that a label is absent (Confidence 0).")
    if groups:
        notes.append(f"{groups:,} boxes are drawn around a group (IsGroupOf); each counts once.")
    return notes


def _box(row: dict[str, str]) -> Box | None:
    """The box of a row in shares of the image, if it has one."""
    corners = [row.get(k) for k in ("XMin", "YMin", "XMax", "YMax")]
    if not all(corners):
        return None
    x0, y0, x1, y1 = (float(v) for v in corners if v)
    return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None


OPEN_IMAGES: FileFormat = FileFormat(
    title="Open Images annotations",
    matches=_matches_file,
    read=_read_file,
    largest=limits.JSON_LINES_BYTES,
    family="delimited",
)
OPEN_IMAGES_FILES: FileFormat = FileFormat(
    title="Open Images annotations with images",
    matches=_matches_files,
    read=_read_files,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
