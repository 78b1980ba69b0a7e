"""What a file holds beside its labels: a table that streams, images that decode, notes on boxes.

Readers of every format give one of these; whoever uses them does not know the format.
Axes: n images, k thumbnails, c classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..arrays import Array

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Sample:
    """Rows from several places of a table, as text; ``None`` for a missing value."""

    columns: dict[str, list[str | None]]
    lists: frozenset[str] = frozenset()
    """Columns whose cells are lists."""
    whole: bool = False
    """Whether these are all rows of the table."""

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))


class TableFile(Protocol):
    """A table that can be streamed any number of times."""

    columns: tuple[str, ...]
    notes: list[str]

    def sample(self) -> Sample:
        """Some rows as text, enough to guess what the columns hold."""
        ...

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        """All rows in order with the share read so far; ``text`` columns come as text or lists.

        Raises `table_file.Retype` when reading has to start again.
        """
        ...


@dataclass(frozen=True)
class DecodedImages:
    """Images reduced to grey values and thumbnails, by row."""

    grey: Array
    """(n, 16, 16) uint8; black where unreadable."""
    thumbnails: Array
    """(k, 32, 32, 3) uint8 of the k images whose thumbnails were asked for, in order."""
    readable: Array
    """(n,) bool"""
    digest: Array
    """(n,) uint64 of the file's content (of the pixels for arrays)."""
    width: Array
    """(n,) int32 pixels, 0 where unreadable."""
    height: Array
    """(n,) int32 pixels, 0 where unreadable."""


class Images(Protocol):
    """Images that are decoded when they are needed."""

    def name(self, row: int) -> str:
        """What a person calls the image."""
        ...

    def content(self, row: int) -> bytes | None:
        """The file of the image; ``None`` where it is no file, `OSError` if it is damaged."""
        ...

    def decode(
        self, rows: Array, report: Callable[[float], None], keep: Array | None = None
    ) -> DecodedImages:
        """Decode the images ``rows`` (n,); damaged ones are marked, never raised.

        ``keep`` (n,) bool selects the images whose thumbnails are kept, by default all.
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...


@dataclass(frozen=True)
class ImageObjects:
    """The objects of every annotated image, one image after the other: i images, o objects."""

    images: tuple[str, ...]
    """(i,) paths or names, as the annotations have them; empty where they have none."""
    splits: Array
    """(i,) int8 position among the splits of the labels, −1 for none."""
    starts: Array
    """(i + 1,) int64 where the objects of an image begin and end."""
    codes: Array
    """(o,) int32 class"""
    boxes: Array
    """(o, 4) float32 left, top, width, height; NaN without a usable box."""
    relative: Array
    """(i,) bool: boxes are shares of the image (in [0, 1]) rather than pixels."""

    @property
    def image_of(self) -> Array:
        """(o,) position of each object's image."""
        import numpy as np

        return np.repeat(np.arange(len(self.images)), np.diff(self.starts))


@dataclass(frozen=True)
class BoxNotes:
    """What is wrong with boxes, by class."""

    images: Array
    """(c,) images with at least one object of the class."""
    empty_boxes: Array
    """(c,) boxes without area or outside the image."""
