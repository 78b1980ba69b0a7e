"""Tables by class: dense for few classes, the cells that are not zero for many.

    table = SparseTable.of(counts)                    # from a dense (r, c) array
    table.sum(axis=1), table.sum(axis=0), table.diagonal(), table.row(3)
    np.asarray(table)                                 # refused for a table that is too large

Axes: r rows, c columns, q cells that are not zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .errors import DataError

DENSE_CLASSES = 256
"""Up to this many classes, frames hold dense tables and all logits."""
MOST_CELLS = 2_000_000
"""Of a dense table that is made from a sparse one: 16 MB."""


def check_dense(rows: int, columns: int) -> None:
    """Raise `DataError` for a dense table of more than `MOST_CELLS` cells."""
    if rows * columns > MOST_CELLS:
        raise DataError(
            f"Expected a table of at most {MOST_CELLS:,} cells, but got {rows:,} × {columns:,}. "
            "Ask for its sums, its diagonal or single rows instead."
        )


@dataclass(frozen=True, eq=False)
class SparseTable:
    """The cells of a table (r, c) that are not zero, row by row, columns ascending.

    Whole numbers are kept as they are, others as float32; sums are of 64 bits.
    """

    shape: tuple[int, int]
    filled: Array
    """(r,) unsigned: cells of each row that are not zero."""
    columns: Array
    """(q,) unsigned"""
    values: Array
    """(q,) unsigned or float32"""

    @classmethod
    def of(cls, table: Array) -> SparseTable:
        """A dense table (r, c) as a sparse one."""
        cells = np.flatnonzero(table)
        rows, columns = table.shape
        return cls.from_cells((rows, columns), cells, table.ravel()[cells])

    @classmethod
    def from_cells(cls, shape: tuple[int, int], cells: Array, values: Array) -> SparseTable:
        """From flat indices row · c + column (q,), ascending, and values (q,)."""
        rows, columns = np.divmod(cells, shape[1])
        filled = np.bincount(rows, minlength=shape[0])
        return cls(shape, _narrow(filled), _narrow(columns), _narrow(values))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.dense() if dtype is None else self.dense().astype(dtype)

    @property
    def rows(self) -> Array:
        """(q,) the row of each cell."""
        return np.repeat(np.arange(self.shape[0]), self.filled)

    @property
    def wide(self) -> Array:
        """(q,) the values as int64 or float64."""
        return self.values.astype(np.float64 if self.values.dtype.kind == "f" else np.int64)

    def sum(self, axis: int) -> Array:
        """The sums of the rows, (r,), for axis 1, or of the columns, (c,), for axis 0."""
        at = self.rows if axis == 1 else self.columns
        values = self.wide
        sums = np.bincount(at, values, self.shape[1 - axis])
        return np.asarray(sums.astype(values.dtype))

    def diagonal(self) -> Array:
        """(min(r, c),) the cells (i, i)."""
        found = np.zeros(min(self.shape), dtype=self.wide.dtype)
        rows = self.rows
        here = rows == self.columns
        found[rows[here]] = self.values[here]
        return found

    def row(self, number: int) -> tuple[Array, Array]:
        """The columns and the values of one row's cells."""
        start = int(self.filled[:number].sum(dtype=np.int64))
        cells = slice(start, start + int(self.filled[number]))
        return self.columns[cells].astype(np.int64), self.wide[cells]

    def dense(self) -> Array:
        """(r, c) int64 or float64; `DataError` above `MOST_CELLS`."""
        check_dense(*self.shape)
        table = np.zeros(self.shape, dtype=self.wide.dtype)
        table[self.rows, self.columns] = self.values
        return table

    def max(self, initial: float = 0) -> float:
        """The largest value, at least ``initial``."""
        return float(self.values.max(initial=initial))

    def any(self) -> bool:
        """Whether any cell is not zero."""
        return bool(self.values.any())

    def parts(self) -> dict[str, Array]:
        """The arrays that a file keeps."""
        shape = np.array(self.shape, dtype=np.int64)
        return {
            "shape": shape, "filled": self.filled, "columns": self.columns, "values": self.values
        }  # fmt: skip

    @classmethod
    def from_parts(cls, parts: dict[str, Array]) -> SparseTable:
        """What `parts` gave."""
        rows, columns = (int(n) for n in parts["shape"])
        return cls((rows, columns), parts["filled"], parts["columns"], parts["values"])


Table = Array | SparseTable
"""Dense up to `DENSE_CLASSES` classes. Both have ``shape``, ``sum(axis=…)`` and ``diagonal()``."""


def _narrow(values: Array) -> Array:
    """Whole numbers in as few bytes as hold them, others as float32."""
    values = np.asarray(values)
    top = float(values.max(initial=0))
    whole = values.dtype.kind in "iu" or bool((values == np.floor(values)).all())
    if not whole or values.min(initial=0) < 0 or not top < 2**32:
        return values.astype(np.float32)
    return values.astype(np.min_scalar_type(int(top)))
