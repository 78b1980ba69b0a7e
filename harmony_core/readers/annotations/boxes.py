"""Labels of annotated objects."""

from __future__ import annotations

from ...arrays import Array
from ...errors import DataError
from ..labels import Labels, MultiLabel
from ..messages import listed


def distinct(names: list[str]) -> tuple[str, ...]:
    """The names, numbered from the second of each on.

    >>> distinct(["cat", "dog", "cat"])
    ('cat', 'dog', 'cat (2)')
    """
    kept: dict[str, None] = {}
    for name in names:
        new, number = name, 2
        while new in kept:
            new, number = f"{name} ({number})", number + 1
        kept[new] = None
    return tuple(kept)


def object_labels(
    names: tuple[str, ...], splits: tuple[str, ...], counts: Array, images: int, with_object: int
) -> Labels:
    """Labels counted in objects; raises `DataError` if there is no object at all."""
    if not counts.sum():
        raise DataError(
            f"Expected annotated objects, but got none for the classes {listed(list(names))}."
        )
    multi = MultiLabel("", int(counts.sum()), 0)
    return Labels(names, splits, counts, rows=images, missing=images - with_object, multi=multi)
