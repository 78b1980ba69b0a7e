"""Labels of annotated objects, and what was noticed about their boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ...errors import DataError
from ..labels import Labels, MultiLabel
from ..messages import listed

Array = NDArray[Any]


@dataclass(frozen=True)
class BoxNotes:
    """What is wrong with boxes, by class."""

    images: Array
    """(c,) images with at least one object of the class."""
    empty_boxes: Array
    """(c,) boxes without area or outside of the image."""


def _unique(names: list[str]) -> tuple[str, ...]:
    taken: set[str] = set()
    out: list[str] = []
    for name in names:
        new, number = name, 2
        while new in taken:
            new, number = f"{name} ({number})", number + 1
        taken.add(new)
        out.append(new)
    return tuple(out)


def _object_labels(
    names: tuple[str, ...], splits: tuple[str, ...], counts: Array, images: int, with_object: int
) -> Labels:
    if not counts.sum():
        raise DataError(
            f"Expected annotated objects, but got none for the classes {listed(list(names))}."
        )
    multi = MultiLabel("", int(counts.sum()), 0)
    return Labels(names, splits, counts, rows=images, missing=images - with_object, multi=multi)
