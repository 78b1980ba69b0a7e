"""Decoded squares of images by row, and views of some of the rows that look like an array.

Axes: n images, s side of the squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...readers.images.decode import Unreadable, cut_image, decode_image, quiet_decoders
from ...readers.threads import cores
from ..image_choices import MOST_HELD, PADDED
from .readers import ImageReader

CENTRE = -1
"""In place of the seed of a random part: the central square."""


class ImageStore:
    """Images as squares of side ``size``, read one by one; may be sent to other processes.

    ``decoded`` is a file of all central squares, (n, s, s, 3) uint8 as NumPy writes it, if there is
    one.
    """

    def __init__(self, reader: ImageReader, size: int, decoded: Path | None = None) -> None:
        self.reader, self.size, self.decoded = reader, size, decoded
        self._squares: Array | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_squares": None}  # a memory map would be sent as its content

    def square(self, row: int, seed: int = CENTRE) -> Array:
        """(s, s, 3) uint8; raises `DataError` for a file that cannot be read or decoded."""
        if seed == CENTRE and (squares := self._kept()) is not None:
            return np.asarray(squares[row])
        try:
            content = self.reader.read(row)
            if seed == CENTRE:
                return decode_image(content, self.size)
            return cut_image(content, self.size, seed)
        except (Unreadable, OSError) as error:
            raise DataError(
                f"Expected to read the image {self.reader.name(row)!r} again, as before the "
                f"training, but got: {error}. Restore the file, then resume."
            ) from error

    def _kept(self) -> Array | None:
        """The file of squares; None without one, or if it has gone to make room for another."""
        if self._squares is None and self.decoded is not None:
            try:
                self._squares = np.load(self.decoded, mmap_mode="r", allow_pickle=False)
            except FileNotFoundError:
                self.decoded = None
        return self._squares

    def squares(self, requests: Array) -> Array:
        """(k, s, s, 3) uint8 for requests (k, 2) int64: row, and seed or `CENTRE`."""
        found = np.empty((len(requests), self.size, self.size, 3), dtype=np.uint8)
        with quiet_decoders():
            for place, (row, seed) in enumerate(requests.tolist()):
                found[place] = self.square(row, seed)
        return found


class StreamedImages:
    """Rows of a store as if they were an array (n, s, s, 3) uint8, decoded when indexed.

    ``crops`` is how training cuts them. Indexing decodes at once, in threads; whoever needs many
    images asks a loader for them.
    """

    ndim = 4
    dtype = np.dtype(np.uint8)

    def __init__(self, store: ImageStore, rows: Array, crops: str = PADDED) -> None:
        self.store, self.rows, self.crops = store, np.asarray(rows, dtype=np.int64), crops

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, s, s, 3)"""
        return (len(self.rows), self.store.size, self.store.size, 3)

    @property
    def nbytes(self) -> int:
        """What they would take as an array."""
        return int(np.prod(self.shape))

    def take(self, rows: Array) -> StreamedImages:
        """Some of the images, still on disk."""
        return StreamedImages(self.store, self.rows[rows], self.crops)

    def plus(self, others: StreamedImages) -> StreamedImages:
        """These images and then others of the same store."""
        return StreamedImages(self.store, np.concatenate([self.rows, others.rows]), self.crops)

    def at_size(self, size: int) -> StreamedImages:
        """The same images as squares of another side."""
        return StreamedImages(ImageStore(self.store.reader, size), self.rows, self.crops)

    def held(self) -> Array:
        """All of them as an array; `DataError` if that is too large."""
        if self.nbytes > MOST_HELD:
            raise DataError(
                f"Expected images of at most {MOST_HELD / 2**30:g} GB in memory, but got "
                f"{self.nbytes / 2**30:.1f} GB. Choose a smaller `size` or set `limit_per_class`."
            )
        return self[:]

    def __getitem__(self, index: Any) -> Array:
        rows = self.rows[index]
        if rows.ndim == 0:
            return self.store.square(int(rows))
        with quiet_decoders(), ThreadPoolExecutor(min(cores(), 8)) as pool:
            parts: Sequence[Array] = list(pool.map(self.store.square, rows.tolist()))
        return np.stack(parts) if parts else np.empty((0, *self.shape[1:]), dtype=np.uint8)


def as_stream(inputs: object) -> StreamedImages | None:
    """``inputs`` of a data set if they are images that stay on disk, else ``None``."""
    return inputs if isinstance(inputs, StreamedImages) else None


def rows_of(inputs: Array, rows: Array) -> Array:
    """Rows of the inputs of a data set; images on disk stay there and pass for an array."""
    images = as_stream(inputs)
    return inputs[rows] if images is None else cast(Array, images.take(rows))
