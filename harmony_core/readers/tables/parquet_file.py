"""Parquet, streamed; its footer gives the number of rows before any is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import DataError
from .. import limits
from ..format import FileFormat
from ..messages import listed, quoted
from ..samples import Sample
from .memory_table import as_text
from .table_contents import table_contents
from .table_file import unique_names

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 65_536
SAMPLED = 4_000
SHOWN = 2 * limits.NAME_CHARACTERS


class ParquetTable:
    """A Parquet file whose columns are numbers, text, dates or lists; others are left out."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.path = path
        self.notes: list[str] = []
        try:
            footer = parquet.ParquetFile(path, thrift_string_size_limit=2**26)
            rows, schema = footer.metadata.num_rows, footer.schema_arrow
            footer.close()
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(error) from error
        if rows > limits.ROWS:
            raise DataError(
                f"Expected at most {limits.ROWS:,} rows, but the file claims {rows:,}. "
                "Keep fewer samples of the frequent classes."
            )
        if len(set(schema.names)) != len(schema.names):
            raise DataError("Expected columns of different names, but got one twice. Rename it.")
        unique_names(schema.names, [])
        kept = [f.name for f in schema if _usable(f.type)]
        left = [name for name in schema.names if name not in kept]
        if left:
            self.notes.append(f"Left out columns that hold records: {listed(left)}.")
        if not kept:
            raise DataError("Expected a table with columns, but got none that can be read.")
        self.rows = rows
        self.columns = tuple(kept)
        # Text stays a dictionary: a file may repeat a long text a million times in a few bytes.
        self._texts = [f.name for f in schema if pa.types.is_string(f.type) or _binary(f.type)]
        self._lists = frozenset(f.name for f in schema if _listlike(f.type))

    def sample(self) -> Sample:
        """The first rows of row groups spread over the file."""
        import pyarrow as pa
        from pyarrow import parquet

        columns: dict[str, list[str | None]] = {name: [] for name in self.columns}
        try:
            with parquet.ParquetFile(self.path, read_dictionary=self._texts) as file:
                groups = file.num_row_groups
                picked = sorted({groups * k // 5 for k in range(5)}) if groups else []
                for group in picked:
                    batches = file.iter_batches(
                        batch_size=SAMPLED // max(len(picked), 1),
                        row_groups=[group],
                        columns=list(self.columns),
                    )
                    batch = next(batches, None)
                    if batch is None:
                        continue
                    for name in self.columns:
                        columns[name] += _texts(batch[name])
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(error) from error
        got = len(next(iter(columns.values()), []))
        return Sample(columns, self._lists, whole=got == self.rows)

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        import pyarrow as pa
        from pyarrow import parquet

        wanted = list(self.columns if columns is None else columns)
        done = 0
        try:
            with parquet.ParquetFile(self.path, read_dictionary=self._texts) as file:
                for batch in file.iter_batches(batch_size=BATCH, columns=wanted):
                    done += batch.num_rows
                    yield batch, done / max(self.rows, 1)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(error) from error


def _texts(column: pa.Array) -> list[str | None]:
    """Cells as text, cut short: a dictionary may repeat a long one very often."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type) and not _binary(column.type.value_type):
        values = pc.utf8_slice_codeunits(column.dictionary, 0, SHOWN)
        column = pa.DictionaryArray.from_arrays(column.indices, values)
    return [as_text(v) for v in column.to_pylist()]


def _damaged(error: Exception) -> DataError:
    """The error for a Parquet file that cannot be read."""
    return DataError(
        f"Expected a readable Parquet file, but got: {quoted(str(error), 120)}. "
        "It may be cut off; copy it again."
    )


def _binary(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_string(kind))


def _listlike(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _usable(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if _listlike(kind):
        return not pa.types.is_nested(kind.value_type)
    return not pa.types.is_nested(kind)


PARQUET: FileFormat = FileFormat(
    title="Parquet table",
    matches=lambda start: start.head.startswith(b"PAR1"),
    read=lambda path, options: table_contents(ParquetTable(path), path, PARQUET.title, options),
    largest=limits.TABLE_BYTES,
    suffixes=("parquet", "pq"),
)
