"""COCO annotations: objects by category, in one JSON document."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..messages import quoted
from .objects import AnnotatedObject, Box, ObjectCounter, by_class, distinct

TITLE = "COCO annotations"


def is_coco(document: Any) -> bool:
    """Whether a parsed JSON document holds COCO annotations."""
    keys = document.keys() if isinstance(document, dict) else ()
    return "annotations" in keys and ("categories" in keys or "images" in keys)


def coco_contents(document: dict[str, Any], path: Path) -> Contents:
    """The objects by category of a document that was read from ``path``."""
    counter = ObjectCounter()
    notes = add_coco(document, counter, "")
    return counter.contents(path, TITLE, label="category", notes=notes)


def add_coco(document: dict[str, Any], counter: ObjectCounter, split: str) -> list[str]:
    """Count the objects of a COCO or LVIS document into a split; what a user should know of it."""
    for name in ("categories", "annotations", "images"):
        value = document.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise DataError(
                f"Expected COCO's {name!r} to be a list of objects, but got something else. "
                "Export the annotations again."
            )
    annotations, images = document["annotations"], document.get("images", [])
    _check_kind(document)
    names = _categories(document["categories"])
    for name in names.values():
        counter.declare(name)
    sizes = {_id(i.get("id")): (i.get("width"), i.get("height")) for i in images}
    files = {_id(i.get("id")): str(i.get("file_name") or "") for i in images}
    objects: dict[Any, list[AnnotatedObject]] = {image: [] for image in sizes}
    crowds: Counter[str] = Counter()
    unknown = elsewhere = 0
    for item in annotations:
        category, image = _id(item.get("category_id")), _id(item.get("image_id"))
        if category is None or category not in names:
            unknown += 1
            continue
        if item.get("iscrowd") in (1, True, "1"):
            crowds[names[category]] += 1
            continue
        elsewhere += bool(sizes) and image not in sizes
        empty = _bad_box(item.get("bbox"), sizes.get(image))
        found = objects.setdefault(image, [])
        found.append((names[category], empty, None if empty else box_of(item.get("bbox"))))
    for image, found in objects.items():
        counter.add_image(split, found, files.get(image, ""))
    notes = []
    if crowds:
        notes.append(f"Left out regions of crowds (iscrowd): {by_class(crowds)}.")
    if unknown:
        notes.append(
            f"{unknown:,} annotations name a category that is not declared; they are left out."
        )
    if elsewhere:
        notes.append(f"{elsewhere:,} annotations name an image that is not listed; counted too.")
    for what, ids in (("images", images), ("annotations", annotations)):
        given = [i for item in ids if (i := _id(item.get("id"))) is not None]
        if repeated := len(given) - len(set(given)):
            notes.append(f"{repeated:,} {what} repeat an id; every annotation is counted.")
    return notes


def _check_kind(document: dict[str, Any]) -> None:
    """Raise `DataError` for COCO documents that hold no objects with categories."""
    first = document["annotations"][0] if document["annotations"] else {}
    if "segments_info" in first:
        raise DataError(
            "Expected COCO annotations of objects, but got a panoptic file (segments_info). "
            "Choose the file of instances, such as instances_train2017.json."
        )
    if "caption" in first and "category_id" not in first:
        raise DataError(
            "Expected COCO annotations of objects, but got captions. "
            "Choose the file of instances, such as instances_train2017.json."
        )
    if not document.get("categories"):
        raise DataError(
            "Expected COCO annotations with a list of categories, but got none. "
            "Export them again with the categories."
        )


def _categories(categories: list[dict[str, Any]]) -> dict[Any, str]:
    """The name of each category by its id."""
    ids: dict[Any, int] = {}
    names: list[str] = []
    for item in categories:
        key = _id(item.get("id"))
        if key is None or key in ids:
            raise DataError(
                "Expected every COCO category to have an id of its own, but got "
                f"{quoted(str(item.get('id')))}. Export the annotations again."
            )
        ids[key] = len(names)
        names.append(str(item.get("name", key))[: limits.NAME_CHARACTERS])
    if len(names) > limits.CLASSES:
        raise DataError(
            f"Expected 1 to {limits.CLASSES:,} COCO categories, but got {len(names):,}."
        )
    return dict(zip(ids, distinct(names), strict=True))


def _id(value: object) -> int | str | None:
    """An id as programs compare it: 1, 1.0 and "1" are the same; ``None`` for what is no id."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = value.strip()
        plain = text.isascii() and text.isdigit() and len(text) < 19
        return int(text) if plain and str(int(text)) == text else text or None
    return value


def box_of(box: object) -> Box | None:
    """A box (left, top, width, height) of four numbers, or ``None``.

    >>> box_of([1, 2, 3, 4]), box_of([1, 2])
    ((1.0, 2.0, 3.0, 4.0), None)
    """
    if not isinstance(box, list) or len(box) != 4:
        return None
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in box):
        return None
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


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
