"""Parquet, streamed; its footer gives the number of rows before any is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import limits
from ..format import FileFormat
from .columnar import is_text, readable
from .columnar_contents import columnar_contents

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

BATCH = 65_536
PROBED = 64
BATCH_BYTES = 32 * limits.MB
"""Of rows decoded at once; a dictionary can make much of a small file."""


class ParquetShard:
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        from pyarrow import parquet

        self.path = path
        with readable("Parquet"):
            footer = parquet.ParquetFile(path, thrift_string_size_limit=2**26)
            self.rows, self.schema = footer.metadata.num_rows, footer.schema_arrow
            footer.close()
        self._texts = [f.name for f in self.schema if is_text(f.type)]

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows in order."""
        from pyarrow import parquet

        with parquet.ParquetFile(self.path, read_dictionary=self._texts) as file:
            size = _rows_at_once(file, columns)
            yield from file.iter_batches(batch_size=size, columns=list(columns))

    def some(self, columns: Sequence[str], most: int) -> Iterator[pa.RecordBatch]:
        """The first rows of row groups spread over the file."""
        from pyarrow import parquet

        with parquet.ParquetFile(self.path, read_dictionary=self._texts) as file:
            groups = file.num_row_groups
            picked = sorted({groups * k // 5 for k in range(5)}) if groups else []
            for group in picked:
                batches = file.iter_batches(
                    batch_size=max(min(most // len(picked), _rows_at_once(file, columns)), 1),
                    row_groups=[group],
                    columns=list(columns),
                )
                yield from [first for first in [next(batches, None)] if first is not None]


def _rows_at_once(file: parquet.ParquetFile, columns: Sequence[str]) -> int:
    """How many rows to decode at once, from the size of the first few."""
    first = next(file.iter_batches(batch_size=PROBED, columns=list(columns)), None)
    if first is None or not len(first):
        return BATCH
    return int(max(1, min(BATCH, BATCH_BYTES * len(first) // max(first.nbytes, 1))))


PARQUET: FileFormat = FileFormat(
    title="Parquet table",
    matches=lambda start: start.head.startswith(b"PAR1"),
    read=lambda path, options: columnar_contents(
        [ParquetShard(path)], [""], path, PARQUET.title, options
    ),
    largest=limits.TABLE_BYTES,
    suffixes=("parquet", "pq"),
)
