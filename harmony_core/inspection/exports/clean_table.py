"""A cleaned copy of a table: the rows as they are, without some, with other labels for some."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...readers.contents import Contents
from ...readers.messages import quoted, silent
from ...readers.tables.arrow_values import cell_values
from ...readers.tables.csv_file import CsvFile
from ...readers.tables.memory_table import as_text
from ...readers.tables.raw_rows import TextCopy, raw_rows, with_cell
from ...readers.tables.table_file import scan
from .choice import Changes
from .export import is_parquet

if TYPE_CHECKING:
    import pyarrow as pa


def write_clean_table(file: IO[bytes], target: Path, contents: Contents, made: Changes) -> None:
    """The rows of a table after ``made``, with all columns, in their order.

    The lines of a text table are copied as they stand, those with another label rewritten. Other
    formats, and text tables that become Parquet, are written with the types they were read with.
    """
    table = contents.table
    if table is None:
        raise DataError(
            f"Expected a table to copy, but got {contents.form}. Provide the table itself."
        )
    if len(made.relabelled) and contents.label not in contents.columns:
        raise DataError(
            f"Expected one column of labels to change, but got {quoted(contents.label)}, which is "
            "read from several. Drop these rows instead."
        )
    if isinstance(table, CsvFile) and not is_parquet(target):
        _copy_lines(file, table, contents, made)
        return
    scan(table, lambda: _Writer(file, is_parquet(target), contents.label, made), silent,
         "Writing").close()  # fmt: skip


def _copy_lines(file: IO[bytes], table: CsvFile, contents: Contents, made: Changes) -> None:
    dropped = set(made.dropped.tolist())
    new = dict(zip(made.relabelled.tolist(), made.new_labels, strict=True))
    rows = 0
    with TextCopy(file, table) as out:
        for row in raw_rows(table):
            rows += row.position >= 0
            if row.position in dropped:
                continue
            label = new.get(row.position)
            out.write(row.text if label is None else with_cell(table, row, contents.label, label))
    if rows != contents.labels.rows:
        raise DataError(
            f"Expected the {contents.labels.rows:,} rows that were checked, but found {rows:,} "
            "lines of that many cells. Write Parquet instead: give a name that ends in .parquet."
        )


class _Writer:
    """A `Sink` that writes what is left of each batch; made anew where reading starts over."""

    def __init__(self, file: IO[bytes], parquet: bool, label: str, made: Changes) -> None:
        file.seek(0)
        file.truncate()
        self._file, self._parquet, self._label = file, parquet, label
        self._dropped, self._moved, self._new = made.dropped, made.relabelled, made.new_labels
        self._at = 0
        self._out: Any = None

    def add(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa

        start, n = self._at, batch.num_rows
        self._at += n
        columns = {name: _plain(batch.column(name)) for name in batch.schema.names}
        low, high = np.searchsorted(self._moved, [start, start + n])
        if high > low:
            at = self._moved[low:high] - start
            columns[self._label] = _relabelled(columns[self._label], at, self._new[low:high])
        if not self._parquet:
            columns = {name: _flat(column) for name, column in columns.items()}
        low, high = np.searchsorted(self._dropped, [start, start + n])
        keep = np.setdiff1d(np.arange(n), self._dropped[low:high] - start, assume_unique=True)
        kept = pa.record_batch(list(columns.values()), names=list(columns)).take(pa.array(keep))
        self._writer(kept.schema).write_batch(kept)

    def _writer(self, schema: pa.Schema) -> Any:
        if self._out is None:
            if self._parquet:
                from pyarrow import parquet

                self._out = parquet.ParquetWriter(self._file, schema)
            else:
                from pyarrow import csv

                self._out = csv.CSVWriter(self._file, schema)
        return self._out

    def close(self) -> None:
        """Finish the file."""
        if self._out is not None:
            self._out.close()


def _plain(column: pa.Array) -> pa.Array:
    """A column without a dictionary, which may differ from batch to batch."""
    import pyarrow as pa

    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _flat(column: pa.Array) -> pa.Array:
    """A column as a CSV holds it: lists and bytes as text."""
    import pyarrow as pa

    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.array([as_text(v) for v in cell_values(column)], pa.string())
    return column


def _relabelled(column: pa.Array, at: Array, labels: tuple[str, ...]) -> pa.Array:
    import pyarrow as pa

    values = cell_values(column)
    for i, label in zip(at.tolist(), labels, strict=True):
        values[i] = label
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pa.array(values, column.type)
    texts = pa.array([as_text(v) for v in values], pa.string())
    try:
        return texts.cast(column.type)
    except pa.ArrowException as error:
        raise DataError(
            f"Expected labels that fit a column of type {column.type}, but got: "
            f"{quoted(str(error), 80)}. Drop these rows instead."
        ) from error
