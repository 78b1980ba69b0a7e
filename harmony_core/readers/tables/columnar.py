"""Tables kept by columns (Parquet, Arrow), in one file or many, streamed.

Axes: n rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...errors import DataError
from .. import limits
from ..messages import listed, quoted
from ..samples import Sample
from .arrow_values import cell_values, cut_short
from .hugging_face import declared_columns, with_class_names
from .memory_table import as_text
from .table_file import unique_names

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED = 4_000
SHOWN = 2 * limits.NAME_CHARACTERS
SPLIT = "split"
"""The column that says which split a file belongs to, where files say so."""


class Shard(Protocol):
    """One file of a table."""

    path: Path
    schema: pa.Schema
    rows: int
    """Rows, or −1 where only reading tells."""

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows in order."""
        ...

    def some(self, columns: Sequence[str], most: int) -> Iterator[pa.RecordBatch]:
        """Some rows, spread over the file as far as that is cheap."""
        ...


class ColumnarTable:
    """Columns of numbers, text, dates or lists; others are left out.

    ``splits`` names the split of each shard; it becomes a column if any is named.
    """

    def __init__(self, shards: Sequence[Shard], splits: Sequence[str], title: str) -> None:
        self.shards, self.splits = shards, splits if any(splits) else ()
        self.notes: list[str] = []
        self._title = title
        first = shards[0].schema
        self.rows = -1 if any(s.rows < 0 for s in shards) else sum(s.rows for s in shards)
        if self.rows > limits.ROWS:
            raise DataError(
                f"Expected at most {limits.ROWS:,} rows, but the file claims {self.rows:,}. "
                "Keep fewer samples of the frequent classes."
            )
        if len(set(first.names)) != len(first.names):
            raise DataError("Expected columns of different names, but got one twice. Rename it.")
        unique_names(first.names, [])
        self.declared = declared_columns(first)
        everywhere = set(first.names).intersection(*(s.schema.names for s in shards))
        if absent := [name for name in first.names if name not in everywhere]:
            self.notes.append(f"Left out columns that not every file has: {listed(absent)}.")
        kept = [f.name for f in first if _usable(f.type) and f.name in everywhere]
        records = [n for n in first.names if n not in kept and n not in absent]
        if left := [name for name in records if name not in self.declared.images]:
            self.notes.append(f"Left out columns that hold records: {listed(left)}.")
        if not kept:
            raise DataError("Expected a table with columns, but got none that can be read.")
        self._stored = tuple(kept)
        self._split = SPLIT
        while self._split in kept:
            self._split += "_"
        self.columns = (*kept, *((self._split,) if self.splits else ()))
        self._lists = frozenset(f.name for f in first if f.name in kept and _listlike(f.type))

    @property
    def split_column(self) -> str:
        """The column of splits, empty if no shard names one."""
        return self._split if self.splits else ""

    def sample(self) -> Sample:
        """Rows from files spread over the table."""
        columns: dict[str, list[str | None]] = {name: [] for name in self.columns}
        n = len(self.shards)
        picked = sorted({n * k // 5 for k in range(5)})
        with self._errors():
            for position in picked:
                for batch in self.shards[position].some(self._stored, SAMPLED // len(picked)):
                    batch = self._named(batch, position)
                    for name in self.columns:
                        columns[name] += _texts(batch[name])
        got = len(next(iter(columns.values()), []))
        return Sample(columns, self._lists, whole=got == self.rows)

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        wanted = list(self.columns if columns is None else columns)
        stored = [name for name in wanted if name != self.split_column] or [self._stored[0]]
        done = 0
        with self._errors():
            for position, shard in enumerate(self.shards):
                for batch in shard.batches(stored):
                    done += batch.num_rows
                    named = self._named(batch, position).select(wanted)
                    yield named, done / max(self.rows, 1) if self.rows >= 0 else None

    def _named(self, batch: pa.RecordBatch, position: int) -> pa.RecordBatch:
        """A batch with names of classes in place of numbers, and its split."""
        import pyarrow as pa

        arrays = {
            name: with_class_names(batch[name], self.declared.classes[name])
            if name in self.declared.classes else batch[name]
            for name in batch.schema.names
        }  # fmt: skip
        if self.splits:
            value = pa.array([self.splits[position] or "none"], pa.string())
            places = pa.array([0] * batch.num_rows, pa.int32())
            arrays[self._split] = pa.DictionaryArray.from_arrays(places, value)
        return pa.record_batch(list(arrays.values()), names=list(arrays))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with readable(self._title):
            yield


@contextmanager
def readable(title: str) -> Iterator[None]:
    """Within the block, what Arrow raises for a damaged file becomes a `DataError`."""
    import pyarrow as pa

    try:
        yield
    except MemoryError:  # Arrow's is an error of its own as well
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"Expected a readable {title} file, but got: {quoted(str(error), 120)}. "
            "It may be cut off; copy it again."
        ) from error


def is_text(kind: pa.DataType) -> bool:
    """Whether cells are text or bytes, which stay a dictionary.

    A file may repeat a long text a million times in a few bytes.
    """
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or _binary(kind))


def _texts(column: pa.Array) -> list[str | None]:
    """Cells as text, cut short: a dictionary may repeat a long one very often."""
    return [as_text(v) for v in cell_values(cut_short(column, SHOWN))]


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
