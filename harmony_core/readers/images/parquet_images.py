"""Images that the rows of Parquet files hold, as `datasets` writes them: records {bytes, path}."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import limits
from .image_files import ImageFiles
from .layout import Parts

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2_000_000
GROUP_BYTES = 512 * limits.MB
"""Largest group of rows that is held in memory."""
HELD = 2
"""Groups of rows held at a time; images are mostly read in order."""


def parquet_images(paths: Sequence[Path], column: str) -> ImageFiles | None:
    """The images of a column of one or more files, ``None`` if they are too many or too large."""
    source = _Groups(paths, column)
    if source.rows > ROWS or source.largest > GROUP_BYTES:
        return None
    return ImageFiles(source, [(f"row {row}",) for row in range(source.rows)])


class _Groups:
    """Groups of rows of Parquet files, read when an image of theirs is asked for."""

    def __init__(self, paths: Sequence[Path], column: str) -> None:
        from pyarrow import parquet

        self.rows = self.largest = 0
        self._starts: list[int] = []
        self._places: list[tuple[Path, int]] = []
        self._column = column
        self._held: OrderedDict[int, pa.Array] = OrderedDict()
        self._lock = threading.Lock()
        for path in paths:
            metadata = parquet.read_metadata(path)
            leaves = [i for i in range(metadata.num_columns)
                      if metadata.schema.column(i).path == f"{column}.bytes"]  # fmt: skip
            for group in range(metadata.num_row_groups):
                found = metadata.row_group(group)
                self._starts.append(self.rows)
                self._places.append((path, group))
                self.rows += found.num_rows
                sizes = [found.column(i).total_uncompressed_size for i in leaves]
                self.largest = max([self.largest, *sizes])

    def read(self, parts: Parts) -> bytes:
        """The content of an image; `OSError` if the row holds none or is damaged."""
        row = int(parts[0].removeprefix("row "))
        group = bisect_right(self._starts, row) - 1
        with self._lock:
            if group not in self._held:
                self._held[group] = self._load(group)
                while len(self._held) > HELD:
                    self._held.popitem(last=False)
            cell = self._held[group][row - self._starts[group]].as_py()
        if not isinstance(cell, bytes):
            raise OSError("no image in the row")
        return cell

    def _load(self, group: int) -> pa.Array:
        import pyarrow as pa
        from pyarrow import parquet

        path, number = self._places[group]
        try:
            with parquet.ParquetFile(path) as file:
                table = file.read_row_group(number, columns=[f"{self._column}.bytes"])
            return table[self._column].combine_chunks().field("bytes")
        except (pa.ArrowException, ValueError, KeyError) as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Forget what is held."""
        self._held.clear()
