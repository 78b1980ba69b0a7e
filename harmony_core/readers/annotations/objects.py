"""Count annotated objects by class and split, whatever the format of the annotations.

Axes: s splits, c classes.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...printable import printable
from .. import limits
from ..contents import Contents
from ..labels import ALL, SPLITS, Labels, MultiLabel
from ..messages import listed, listing
from ..samples import BoxNotes, ImageObjects

Box = tuple[float, float, float, float]
"""Left, top, width, height."""
AnnotatedObject = tuple[str, bool] | tuple[str, bool, Box | None]
"""Its class, whether its box has no area, and the box where it has one."""
_NO_BOX = (math.nan,) * 4


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
        self._names: list[str] = []
        self._splits: list[str] = []
        self._relative = array("b")
        self._ends = array("q", [0])
        self._codes = array("i")
        self._boxes = array("f")
        for name in names:
            self.declare(name)

    def declare(self, name: str) -> int:
        """The number of a class."""
        c = self.place.setdefault(name[: limits.NAME_CHARACTERS], len(self.place))
        if c >= limits.CLASSES:
            raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got more.")
        return c

    def add_image(
        self,
        split: str,
        objects: Sequence[AnnotatedObject],
        name: str = "",
        *,
        relative: bool = False,
    ) -> None:
        """An image of a split (empty for none) with its objects.

        ``name`` is its path or name; ``relative`` boxes are shares of the image.
        """
        self.images += 1
        self.bare += not objects
        self._names.append(name)
        self._splits.append(split)
        self._relative.append(relative)
        here = set()
        for label, empty, *boxes in objects:
            c = self.declare(label)
            box = boxes[0] if boxes and not empty else None
            self._codes.append(c)
            self._boxes.extend(_NO_BOX if box is None else box)
            cell = self._cells.setdefault((split, c), [0, 0, 0])
            cell[0] += 1
            cell[1] += empty
            here.add(c)
        for c in here:
            self._cells[split, c][2] += 1
        self._ends.append(len(self._codes))

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
            boxes=BoxNotes(in_images, empties), objects=self._objects(splits), path=path,
        )  # fmt: skip

    def _objects(self, splits: tuple[str, ...]) -> ImageObjects:
        place = {split: s for s, split in enumerate(splits)}
        other = 0 if splits == (ALL,) else -1
        return ImageObjects(
            tuple(self._names),
            np.array([place.get(split, other) for split in self._splits], dtype=np.int8),
            np.array(self._ends, dtype=np.int64),
            np.array(self._codes, dtype=np.int32),
            np.array(self._boxes, dtype=np.float32).reshape(-1, 4),
            np.array(self._relative, dtype=bool),
        )


def by_class(counts: Counter[str]) -> str:
    """Counts by class as a note lists them.

    >>> by_class(Counter({"cat": 2, "dog": 1}))
    'cat (2), dog (1)'
    """
    named = [f"{printable(n[:40])} ({k:,})"
             for n, k in counts.most_common()]  # fmt: skip
    return listing(named)
