"""The labels of a data set: the class and split of each row, and how many rows each class has.

Axes: n rows, c classes, s splits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array

SPLITS = ("train", "validation", "test")
ALL = "all"
"""The one split of data that names none."""
MISSING = frozenset(("", "nan", "NaN", "NAN", "#N/A", "<NA>", "null", "NULL", "N/A", "n/a", "-nan"))
"""Cells without a label. ``None`` and ``NA`` are too often names of classes."""
_PART = 2**20
"""Rows that are counted at once, as counting takes a multiple of their memory."""
SPLIT_WORDS = {
    "train": "train", "training": "train", "tr": "train", "test": "test", "testing": "test",
    "te": "test", "val": "validation", "valid": "validation", "validation": "validation",
    "dev": "validation", "eval": "validation", "holdout": "test", "trn": "train",
    "trainset": "train", "train set": "train", "train_set": "train", "testset": "test",
    "test set": "test", "test_set": "test", "tst": "test", "validate": "validation",
    "devel": "validation", "development": "validation", "publictest": "validation",
    "privatetest": "test",
}  # fmt: skip
"""The words that name a split, in lower case."""


@dataclass(frozen=True)
class MultiLabel:
    """How rows with several labels were read."""

    separator: str
    """Between labels in a cell; empty for cells that are lists."""
    labels: int
    """Labels of all rows together."""
    sets: int
    """Different combinations of labels."""


@dataclass(frozen=True)
class Labels:
    """Class counts by split, and the class of each row where rows have one class."""

    names: tuple[str, ...]
    splits: tuple[str, ...]
    """``("all",)``, or those of `SPLITS` that occur."""
    counts: Array
    """(s, c) int64"""
    rows: int
    """Rows, files or images, including those without a label."""
    missing: int = 0
    """Rows without a label."""
    codes: Array | None = None
    """(n,) int32 class of each row, −1 for none; ``None`` unless each row has one class."""
    split_codes: Array | None = None
    """(n,) int8 position in ``splits``, −1 for no known split; ``None`` without splits."""
    multi: MultiLabel | None = None

    @property
    def train_split(self) -> str:
        """The split to train on."""
        return "train" if "train" in self.splits else self.splits[0]

    @property
    def test_split(self) -> str | None:
        """The split to test on, else the validation split, else ``None``."""
        others = [s for s in ("test", "validation") if s in self.splits and s != self.train_split]
        return others[0] if others else None

    @property
    def train_counts(self) -> Array:
        """(c,) samples of each class to train on."""
        return np.asarray(self.counts[self.splits.index(self.train_split)])

    @property
    def test_counts(self) -> Array | None:
        """(c,) samples of each class to test on, or ``None``."""
        split = self.test_split
        return None if split is None else np.asarray(self.counts[self.splits.index(split)])

    def rows_of(self, split: str) -> Array:
        """Positions of the labelled rows of a split."""
        if self.codes is None:
            return np.zeros(0, dtype=np.int64)
        labelled = self.codes >= 0
        if self.split_codes is not None:
            labelled = labelled & (self.split_codes == self.splits.index(split))
        return np.flatnonzero(labelled)

    def split_names(self, where: Array) -> tuple[str, ...]:
        """The split of the rows at some positions, empty where there is none."""
        if self.split_codes is None or self.splits == (ALL,):
            return ("",) * len(where)
        return tuple(self.splits[s] if s >= 0 else "" for s in self.split_codes[where].tolist())


def unknown_labels() -> Labels:
    """Of a file whose labels are not read: no classes, and no row is counted."""
    return Labels((), (ALL,), np.zeros((1, 0), dtype=np.int64), 0)


def split_of(word: str) -> str:
    """The split that a cell or a folder names, or an empty text.

    >>> split_of(" Valid "), split_of("cats")
    ('validation', '')
    """
    return SPLIT_WORDS.get(word.strip().lower(), "")


def count_by_split(codes: Array, split_codes: Array | None, splits: int, classes: int) -> Array:
    """(n,) codes to (s, c) counts; rows with a negative code or split are left out.

    >>> import numpy as np
    >>> count_by_split(np.array([0, 1, 1, -1]), np.array([0, 0, 1, 1]), 2, 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros(splits * classes, dtype=np.int64)
    for start in range(0, len(codes), _PART):
        part = codes[start : start + _PART].astype(np.int64)
        if split_codes is not None:
            split = split_codes[start : start + _PART].astype(np.int64)
            part = np.where((part >= 0) & (split >= 0), split * classes + part, -1)
        counts += np.bincount(part[part >= 0], minlength=splits * classes)
    return counts.reshape(splits, classes)
