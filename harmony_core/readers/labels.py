"""The labels of a data set: how many samples each class has in each split, and which.

Axes: n rows, c classes, s splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SPLITS = ("train", "validation", "test")
ALL = "all"


@dataclass(frozen=True)
class MultiLabel:
    """How rows with several labels were read."""

    separator: str
    """Between labels in a cell; empty for cells that are lists."""
    labels: int
    """Labels over all rows."""
    sets: int
    """Different combinations."""


@dataclass(frozen=True)
class Labels:
    """Class counts by split, and the class of each row where rows have one class."""

    names: tuple[str, ...]
    splits: tuple[str, ...]
    """``("all",)``, or those of `SPLITS` that occur."""
    counts: Array
    """(s, c) int64"""
    rows: int
    """Rows, files or images, those without a label included."""
    missing: int = 0
    """Rows without a label."""
    codes: Array | None = None
    """(n,) int32 class of each row, −1 without; ``None`` where rows have not one class each."""
    split_codes: Array | None = None
    """(n,) int8 position in ``splits``, −1 for a row of no known split; ``None`` without splits."""
    multi: MultiLabel | None = None

    @property
    def train_split(self) -> str:
        """The split that is trained on."""
        return "train" if "train" in self.splits else self.splits[0]

    @property
    def test_split(self) -> str | None:
        """The split that is tested on, validation in its place, or ``None``."""
        others = [s for s in ("test", "validation") if s in self.splits and s != self.train_split]
        return others[0] if others else None

    @property
    def train_counts(self) -> Array:
        """(c,)"""
        return np.asarray(self.counts[self.splits.index(self.train_split)])

    @property
    def test_counts(self) -> Array | None:
        """(c,) or ``None``"""
        split = self.test_split
        return None if split is None else np.asarray(self.counts[self.splits.index(split)])

    def rows_of(self, split: str) -> Array:
        """Rows of a split that have a label."""
        if self.codes is None:
            return np.zeros(0, dtype=np.int64)
        labelled = self.codes >= 0
        if self.split_codes is not None:
            labelled = labelled & (self.split_codes == self.splits.index(split))
        return np.flatnonzero(labelled)
