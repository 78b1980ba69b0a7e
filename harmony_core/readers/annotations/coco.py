"""COCO annotations: objects by category, in one JSON document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..labels import ALL, Labels
from ..messages import quoted
from ..samples import BoxNotes
from .boxes import distinct, object_labels


def is_coco(document: Any) -> bool:
    """Whether a parsed JSON document holds COCO annotations."""
    return isinstance(document, dict) and {"annotations", "categories"} <= document.keys()


def coco_contents(document: dict[str, Any], path: Path) -> Contents:
    """The objects by category of a document that was read from ``path``."""
    labels, boxes, notes = read_coco(document)
    return Contents(
        path.name, "annotations", "COCO annotations", path.stat().st_size, labels,
        label="category", notes=notes, boxes=boxes,
    )  # fmt: skip


def read_coco(document: dict[str, Any]) -> tuple[Labels, BoxNotes, tuple[str, ...]]:
    """Objects by category of a COCO or LVIS document."""
    categories, annotations = document["categories"], document["annotations"]
    images = document.get("images", [])
    for name, value in (
        ("categories", categories),
        ("annotations", annotations),
        ("images", images),
    ):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise DataError(
                f"Expected COCO's {name!r} to be a list of objects, but got something else. "
                "Export the annotations again."
            )
    place: dict[int | str, int] = {}
    names: list[str] = []
    for item in categories:
        key = item.get("id")
        if not isinstance(key, int | str) or key in place:
            raise DataError(
                "Expected every COCO category to have an id of its own, but got "
                f"{quoted(str(key))}. Export the annotations again."
            )
        place[key] = len(names)
        names.append(str(item.get("name", key))[: limits.NAME_CHARACTERS])
    if not 1 <= len(names) <= limits.CLASSES:
        raise DataError(
            f"Expected 1 to {limits.CLASSES:,} COCO categories, but got {len(names):,}."
        )
    counts = np.zeros(len(names), dtype=np.int64)
    empty = np.zeros(len(names), dtype=np.int64)
    seen: set[tuple[int, Any]] = set()
    sizes = {i.get("id"): (i.get("width"), i.get("height")) for i in images if _key(i.get("id"))}
    unknown = 0
    for item in annotations:
        c = place.get(item.get("category_id")) if _key(item.get("category_id")) else None
        if c is None:
            unknown += 1
            continue
        counts[c] += 1
        image = item.get("image_id")
        if _key(image):
            seen.add((c, image))
        empty[c] += _bad_box(item.get("bbox"), sizes.get(image) if _key(image) else None)
    per_image = np.bincount([c for c, _ in seen], minlength=len(names))
    notes: tuple[str, ...] = ()
    if unknown:
        notes = (f"{unknown:,} annotations name a category that is not declared; left out.",)
    with_object = {image for _, image in seen}
    total = len(images) or len(with_object)
    return (
        object_labels(distinct(names), (ALL,), counts[None], total, len(with_object)),
        BoxNotes(per_image, empty),
        notes,
    )


def _key(value: object) -> bool:
    return isinstance(value, int | str)


def _bad_box(box: object, size: tuple[Any, Any] | None) -> bool:
    """Whether a COCO box (x, y, width, height) has no area inside its image."""
    if box is None:
        return False
    if not isinstance(box, list) or len(box) != 4:
        return True
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and v == v for v in box):
        return True
    x, y, w, h = box
    if w <= 0 or h <= 0:
        return True
    if size is not None and all(isinstance(v, int | float) for v in size):
        return bool(x >= size[0] or y >= size[1] or x + w <= 0 or y + h <= 0)
    return False
