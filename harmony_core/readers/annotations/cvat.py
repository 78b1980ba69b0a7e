"""CVAT annotations: one XML document with the shapes of images or the tracks of a video."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.split_folders import split_name, split_of_path
from .inner import AnnotationFiles
from .labelme import around
from .objects import AnnotatedObject, Box, ObjectCounter
from .xml_document import parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PEEKS = 5


def is_cvat(head: bytes) -> bool:
    """Whether an XML document begins like an export of CVAT."""
    return b"<annotations>" in head or b"<annotations " in head


def _matches_file(start: FileStart) -> bool:
    return start.text.startswith(b"<") and is_cvat(start.head)


def _matches_files(start: FileStart) -> bool:
    found = start.ending(".xml", PEEKS)
    return any(map(is_cvat, start.peek(found)))


def _read_file(path: Path, options: ReadOptions) -> Contents:
    counter = ObjectCounter()
    notes = _add(parse_xml(path.read_bytes(), path.name), "", counter)
    return counter.contents(path, CVAT.title, notes=notes)


def _read_files(path: Path, options: ReadOptions) -> Contents:
    counter = ObjectCounter()
    notes: list[str] = []
    with AnnotationFiles(path) as files:
        for parts in files.others:
            if parts[-1].lower().endswith(".xml"):
                name = "/".join(parts)
                options.progress(f"Reading {name[:60]}", None)
                root = parse_xml(files.read(parts, limits.JSON_BYTES), name)
                notes += _add(root, split_of_path(parts), counter)
    return counter.contents(path, CVAT_FILES.title, notes=notes)


def _add(root: Element, split: str, counter: ObjectCounter) -> list[str]:
    """Count the shapes of a document; an image may name its subset."""
    if root.tag != "annotations":
        raise DataError(
            f"Expected CVAT's <annotations>, but got <{root.tag[:40]}>. Export them again as "
            "'CVAT for images'."
        )
    for name in root.iterfind("meta//labels/label/name"):
        if name.text:
            counter.declare(name.text.strip())
    for image in root.iterfind("image"):
        subset = split_name(image.get("subset", ""))
        shapes: list[AnnotatedObject] = [
            (label, False, _box(item)) for item in image if (label := item.get("label", "").strip())
        ]
        counter.add_image(subset or split, shapes, image.get("name", ""))
    frames: dict[str, list[AnnotatedObject]] = defaultdict(list)
    tracks = 0
    for track in root.iterfind("track"):
        tracks += 1
        for shape in track:
            if shape.get("outside") != "1":
                label = track.get("label", "").strip()
                frames[shape.get("frame", "")].append((label, False, _box(shape)))
    for shapes in frames.values():
        counter.add_image(split, shapes)
    return [f"{tracks:,} tracks are counted frame by frame."] if tracks else []


def _box(shape: Element) -> Box | None:
    """The box of a shape that is one, or that around a polygon's points."""
    try:
        if shape.get("xtl") is not None:
            x0, y0, x1, y1 = (float(shape.get(k, "")) for k in ("xtl", "ytl", "xbr", "ybr"))
            return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None
        text = shape.get("points", "")
        return around([[float(v) for v in p.split(",")] for p in text.split(";")]) if text else None
    except ValueError:
        return None


CVAT: FileFormat = FileFormat(
    title="CVAT annotations",
    matches=_matches_file,
    read=_read_file,
    largest=limits.JSON_BYTES,
    suffixes=("xml",),
)
CVAT_FILES: FileFormat = FileFormat(
    title="CVAT annotations of images",
    matches=_matches_files,
    read=_read_files,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
