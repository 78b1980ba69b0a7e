"""Pascal VOC annotations: an XML file with the objects of each image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import DataError
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES
from ..images.layout import Parts
from ..images.split_folders import split_of_path
from ..messages import quoted
from .inner import AnnotationFiles, split_lists, stem_of
from .objects import AnnotatedObject, ObjectCounter
from .xml_document import parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PEEKS = 5


def is_voc(head: bytes) -> bool:
    """Whether an XML document begins like the annotations of one image."""
    return b"<annotation>" in head or b"<annotation " in head


def _matches(start: FileStart) -> bool:
    """Whether XML files inside are annotations of images; one alone is of no use."""
    if not start.folder and start.entries is None:
        if start.text.startswith(b"<") and is_voc(start.head):
            raise DataError(
                "Expected the annotations of many images, but got those of one image (Pascal "
                "VOC). Choose the folder that holds all of them, or pack it as a ZIP."
            )
        return False
    found = start.ending(".xml", PEEKS)
    return any(map(is_voc, start.peek(found)))


def _read(path: Path, options: ReadOptions) -> Contents:
    with AnnotationFiles(path) as files:
        documents = [p for p in files.others if p[-1].lower().endswith(".xml")]
        in_main = [p for p in files.others if p[-2:-1] and p[-2].lower() == "main"]
        listed_in = split_lists(files, in_main)
        counter = ObjectCounter()
        other = 0
        for position, parts in enumerate(documents):
            root = parse_xml(files.read(parts), "/".join(parts))
            if root.tag != "annotation":
                other += 1
                continue
            split = listed_in.get(stem_of(parts[-1]), "") if listed_in else split_of_path(parts)
            objects = [_object(item, parts) for item in root.findall("object")]
            counter.add_image(split, objects, stem_of("/".join(parts), folder=True))
            if position % 1000 == 0:
                options.progress("Reading annotations", position / len(documents))
        notes = [f"Left out {other:,} XML files that are no annotations."] if other else []
        return counter.contents(path, VOC.title, notes=notes)


def _object(item: Element, parts: Parts) -> AnnotatedObject:
    """The class of an object, whether its box has no area, and the box."""
    name = (item.findtext("name") or "").strip()
    if not name:
        raise DataError(
            f"Expected a name for every object, but got one without in {quoted('/'.join(parts))}. "
            "Export the annotations again."
        )
    box = item.find("bndbox")
    if box is None:
        return name, False
    try:
        x0, y0, x1, y1 = (float(box.findtext(k) or "") for k in ("xmin", "ymin", "xmax", "ymax"))
    except ValueError:
        return name, True
    return name, not (x1 > x0 and y1 > y0), (x0, y0, x1 - x0, y1 - y0)


VOC: FileFormat = FileFormat(
    title="Pascal VOC annotations",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
