"""What a file turned out to hold: its labels by class and split, and a way to its samples.

Axes: n rows, c classes, s splits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .annotations import BoxNotes
    from .image_files import ArrayImages, ImageFiles
    from .table_file import TableFile

Array = NDArray[Any]
Progress = Callable[[str, float | None], None]
"""Called with a message and the share done in [0, 1], or ``None``; it may raise to cancel."""

KINDS = ("table", "counts", "images", "annotations")
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


@dataclass(frozen=True)
class Contents:
    """A file that was read safely, and what it holds."""

    name: str
    """The file's name, without its folder."""
    kind: str
    """One of `KINDS`."""
    form: str
    """The format, as a person calls it."""
    size: int
    """Bytes."""
    labels: Labels
    label: str = ""
    """The column (or array) the labels came from."""
    reason: str = ""
    """Why that column was taken."""
    choices: tuple[str, ...] = ()
    """Other columns that could hold the labels, the likeliest first."""
    columns: tuple[str, ...] = ()
    split_column: str = ""
    features: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What a user should know about how it was read, one sentence each."""
    table: TableFile | None = None
    images: ImageFiles | ArrayImages | None = None
    boxes: BoxNotes | None = None

    def with_notes(self, *notes: str) -> Contents:
        """The same with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def close(self) -> None:
        """Let go of the file."""
        if self.images is not None:
            self.images.close()


def silent(message: str, share: float | None) -> None:
    """A `Progress` that tells nobody."""


def shown(text: str, most: int = 60) -> str:
    """A text from a file as a message quotes it: on one line, and short."""
    plain = "".join(ch if ch.isprintable() else "�" for ch in text)
    return repr(plain if len(plain) <= most else plain[: most - 1] + "…")


def listed(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    """A few names of many, quoted, for a message."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(shown(name, 40) for name in names[:most]) + more
