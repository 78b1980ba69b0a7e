"""Tables that are read through Python objects (Excel, JSON), kept as Arrow columns in memory."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from .. import limits
from ..messages import Progress
from ..samples import Sample
from .arrow_values import cell_values

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 20_000
BATCH = 65_536
SAMPLED = 5_000


class MemoryTable:
    """Columns of numbers, text or lists of text."""

    def __init__(self, table: pa.Table, notes: list[str]) -> None:
        self.table, self.notes = table, notes
        self.header = ""
        self.columns = tuple(table.column_names)

    def sample(self) -> Sample:
        """Rows spread over the whole table."""
        import numpy as np
        import pyarrow as pa

        n = self.table.num_rows
        rows = np.unique(np.linspace(0, max(n - 1, 0), min(n, SAMPLED)).astype(np.int64))
        part = self.table.take(pa.array(rows))
        lists = frozenset(f.name for f in self.table.schema if pa.types.is_list(f.type))
        columns = {name: [as_text(v) for v in cell_values(part[name])] for name in self.columns}
        return Sample(columns, lists, whole=n <= SAMPLED)

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        table = self.table if columns is None else self.table.select(list(columns))
        done = 0
        for batch in table.to_batches(max_chunksize=BATCH):
            done += batch.num_rows
            yield batch, done / max(table.num_rows, 1)


def table_from_rows(
    columns: tuple[str, ...],
    rows: Iterable[tuple[Sequence[Any], float | None]],
    notes: list[str],
    progress: Progress,
) -> MemoryTable:
    """Collect rows of Python values (as wide as ``columns``) with the share read so far."""
    import pyarrow as pa

    chunks: dict[str, list[pa.Array]] = {name: [] for name in columns}
    waiting: list[Sequence[Any]] = []
    cells = 0

    def flush() -> None:
        for name, values in zip(columns, zip(*waiting, strict=True), strict=True):
            chunks[name].append(_column(values))
        waiting.clear()

    for row, share in rows:
        cells += len(columns)
        if cells > limits.CELLS:
            raise DataError(
                f"Expected at most {limits.CELLS:,} cells, but got more. "
                "Save the table as CSV or Parquet, which are read piece by piece."
            )
        waiting.append(row)
        if len(waiting) >= CHUNK:
            flush()
            progress("Reading rows", share)
    if waiting:
        flush()
    table = pa.table({name: _joined(parts) for name, parts in chunks.items()})
    return MemoryTable(table, notes)


def as_text(value: Any) -> str | None:
    """A cell as text: whole floats without a point, lists as JSON, nothing as ``None``."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value).strip() or None


def _column(values: Sequence[Any]) -> pa.Array:
    """One chunk of a column in the narrowest type that holds all its values."""
    import pyarrow as pa

    kinds = {_kind(value) for value in values} - {""}
    if kinds <= {"list"} and kinds:
        cleaned = [None if v is None else [as_text(x) or "" for x in v] for v in values]
        return pa.array(cleaned, pa.list_(pa.string()))
    if kinds <= {"integer"}:
        return pa.array([None if v is None else int(v) for v in values], pa.int64())
    if kinds <= {"integer", "number"}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([as_text(v) for v in values], pa.string())


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "text"
    if isinstance(value, int):
        return "integer" if abs(value) < 2**63 else "text"
    if isinstance(value, float | decimal.Decimal):
        return "number"
    if isinstance(value, list) and all(not isinstance(v, list | dict) for v in value):
        return "list" if len(value) <= limits.LABELS_PER_ROW else "text"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return "text"
    return "text"


def _joined(parts: list[pa.Array]) -> pa.ChunkedArray:
    """Chunks as one column; where their types differ the wider one, at last text."""
    import pyarrow as pa

    types = {str(part.type) for part in parts if part.null_count < len(part)}
    if len(types) == 0:
        return pa.chunked_array(
            parts or [pa.array([], pa.string())], parts[0].type if parts else None
        )
    if len(types) == 1:
        wanted = next(part.type for part in parts if str(part.type) in types)
    elif types == {"int64", "double"}:
        wanted = pa.float64()
    else:
        wanted = pa.string()
    return pa.chunked_array([_cast(part, wanted) for part in parts], wanted)


def _cast(part: pa.Array, wanted: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if part.type == wanted:
        return part
    if part.null_count == len(part):
        return pa.nulls(len(part), wanted)
    if wanted == pa.string():
        return pa.array([as_text(v) for v in cell_values(part)], wanted)
    return part.cast(wanted)
