"""Count annotated objects by class and split, whatever the format of the annotations.

Axes: s splits, c classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..labels import ALL, SPLITS, Labels, MultiLabel
from ..messages import listed, listing
from ..samples import BoxNotes


def distinct(names: Iterable[str]) -> tuple[str, ...]:
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


class ObjectCounter:
    """Takes the objects of one image after the other.

    ``names`` are classes that are declared, in order; others are added as they come.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.place: dict[str, int] = {}
        self.images = self.bare = 0
        self._cells: dict[tuple[str, int], list[int]] = {}
        for name in names:
            self.declare(name)

    def declare(self, name: str) -> int:
        """The number of a class."""
        c = self.place.setdefault(name[: limits.NAME_CHARACTERS], len(self.place))
        if c >= limits.CLASSES:
            raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got more.")
        return c

    def add_image(self, split: str, objects: Sequence[tuple[str, bool]]) -> None:
        """An image of a split (empty for none) with its objects: class, and whether it is empty."""
        self.images += 1
        self.bare += not objects
        here = set()
        for name, empty in objects:
            c = self.declare(name)
            cell = self._cells.setdefault((split, c), [0, 0, 0])
            cell[0] += 1
            cell[1] += empty
            here.add(c)
        for c in here:
            self._cells[split, c][2] += 1

    def contents(
        self, path: Path, title: str, *, label: str = "class", notes: Sequence[str] = ()
    ) -> Contents:
        """What was counted; raises `DataError` if there is no object at all."""
        names = tuple(self.place)
        if not self._cells:
            raise DataError(
                "Expected annotated objects, but got none"
                + (f" for the classes {listed(list(names))}." if names else ".")
                + " Check that the annotations were exported with the images."
            )
        splits = tuple(s for s in SPLITS if any(which == s for which, _ in self._cells)) or (ALL,)
        counts = np.zeros((len(splits), len(names)), dtype=np.int64)
        in_images = np.zeros(len(names), dtype=np.int64)
        empties = np.zeros(len(names), dtype=np.int64)
        outside: Counter[str] = Counter()
        for (split, c), (objects, empty, images) in self._cells.items():
            if splits != (ALL,) and split not in splits:
                outside[names[c]] += objects
                continue
            counts[splits.index(split) if split else 0, c] += objects
            empties[c] += empty
            in_images[c] += images
        notes = list(notes)
        if outside:
            notes.append(
                f"Left out objects of images that belong to no split: {by_class(outside)}."
            )
        labels = Labels(
            names, splits, counts, rows=self.images, missing=self.bare,
            multi=MultiLabel("", int(counts.sum()), 0),
        )  # fmt: skip
        size = 0 if path.is_dir() else path.stat().st_size
        return Contents(
            path.name, "annotations", title, size, labels, label=label, notes=tuple(notes),
            boxes=BoxNotes(in_images, empties),
        )  # fmt: skip


def by_class(counts: Counter[str]) -> str:
    """Counts by class as a note lists them.

    >>> by_class(Counter({"cat": 2, "dog": 1}))
    'cat (2), dog (1)'
    """
    named = [f"{''.join(c if c.isprintable() else '�' for c in n[:40])} ({k:,})"
             for n, k in counts.most_common()]  # fmt: skip
    return listing(named)
