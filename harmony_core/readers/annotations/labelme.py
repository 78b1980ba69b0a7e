"""LabelMe annotations: a JSON file with the shapes of each image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import DataError
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.archives import MAX_ARCHIVE_BYTES, MAX_FILE_BYTES
from ..images.split_folders import split_of_path
from ..messages import quoted
from ..tables.json_file import parse_json
from .inner import AnnotationFiles, stem_of
from .objects import AnnotatedObject, Box, ObjectCounter

PEEKS = 5


def is_labelme(document: Any) -> bool:
    """Whether a parsed JSON document holds the shapes of one image."""
    return isinstance(document, dict) and {"shapes", "imagePath"} <= document.keys()


def refuse_one(document: dict[str, Any]) -> None:
    """Raise `DataError` for the annotations of one image alone."""
    raise DataError(
        "Expected the annotations of many images, but got those of one image (LabelMe, "
        f"{quoted(str(document['imagePath']))}). Choose the folder that holds all of them, or pack "
        "it as a ZIP."
    )


def _matches(start: FileStart) -> bool:
    """Whether JSON files inside hold shapes."""
    found = start.ending(".json", PEEKS)
    return any(b'"shapes"' in head or b'"imagePath"' in head for head in start.peek(found))


def _read(path: Path, options: ReadOptions) -> Contents:
    with AnnotationFiles(path) as files:
        documents = [p for p in files.others if p[-1].lower().endswith(".json")]
        counter = ObjectCounter()
        other = grouped = 0
        for position, parts in enumerate(documents):
            name = "/".join(parts)
            document = parse_json(files.read(parts, MAX_FILE_BYTES), name)
            if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
                other += 1
                continue
            objects: dict[object, AnnotatedObject] = {}
            for shape in document["shapes"]:
                label = shape.get("label") if isinstance(shape, dict) else None
                if not isinstance(label, str | int) or not str(label).strip():
                    raise DataError(
                        f"Expected a label for every shape, but got one without in {quoted(name)}. "
                        "Save the annotations again."
                    )
                group = shape.get("group_id")
                key = len(objects) if not isinstance(group, int) else (str(label), group)
                grouped += key in objects
                points = shape.get("points", True)
                box = around(points)
                if box is not None and key in objects:
                    box = _both(objects[key], box)
                objects[key] = (str(label).strip(), not points, box)
            image = stem_of(name, folder=True)
            counter.add_image(split_of_path(parts), list(objects.values()), image)
            if position % 1000 == 0:
                options.progress("Reading annotations", position / len(documents))
        background = max(len(files.images) - counter.images, 0)
        counter.images += background
        counter.bare += background
        notes = [f"Left out {other:,} JSON files without shapes."] if other else []
        if grouped:
            notes.append(
                f"{grouped:,} shapes belong to a group with others; a group is one object."
            )
        return counter.contents(path, LABELME.title, notes=notes)


def around(points: object) -> Box | None:
    """The smallest box around points [[x, y], …], or ``None`` if they are no points.

    >>> around([[1, 2], [4, 6]])
    (1.0, 2.0, 3.0, 4.0)
    """
    pairs = points if isinstance(points, list) else []
    numbers = [v for pair in pairs if isinstance(pair, list) and len(pair) == 2 for v in pair]
    if not numbers or not all(isinstance(v, int | float) for v in numbers):
        return None
    xs, ys = numbers[0::2], numbers[1::2]
    if max(xs) <= min(xs) or max(ys) <= min(ys):
        return None
    return float(min(xs)), float(min(ys)), float(max(xs) - min(xs)), float(max(ys) - min(ys))


def _both(earlier: AnnotatedObject, box: Box) -> Box:
    """The box around two shapes of one object."""
    if len(earlier) < 3 or earlier[2] is None:
        return box
    (x0, y0, w0, h0), (x1, y1, w1, h1) = earlier[2], box
    x, y = min(x0, x1), min(y0, y1)
    return x, y, max(x0 + w0, x1 + w1) - x, max(y0 + h0, y1 + h1) - y


LABELME: FileFormat = FileFormat(
    title="LabelMe annotations",
    matches=_matches,
    read=_read,
    largest=MAX_ARCHIVE_BYTES,
    family="zip",
)
