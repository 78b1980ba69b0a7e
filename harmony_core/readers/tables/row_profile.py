"""One pass over all rows of a table: a key for each row, missing cells by class, chosen rows.

Axes: n rows, c classes, k columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from .arrow_numpy import filled, nulls
from .arrow_values import cell_values, cut_short
from .gaps import holds_numbers, is_gap, is_number

if TYPE_CHECKING:
    import pyarrow as pa

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xD6E8FEB86659FD93)
_NONE = np.uint64(0x5851F42D4C957F2D)


KEPT_CHARACTERS = 2_000
"""Of each text in the chosen rows; a file of a kilobyte can hold a gigabyte of it."""


class RowProfile:
    """A `Sink`. ``keys`` are equal for rows with equal cells in all feature columns."""

    def __init__(
        self, columns: tuple[str, ...], codes: Array | None, classes: int, chosen: Array
    ) -> None:
        self.columns, self.classes = columns, classes
        self._codes, self._chosen = codes, chosen
        self._missing = np.zeros((classes, len(columns)), dtype=np.int64)
        self._gaps = np.zeros((classes, len(columns)), dtype=np.int64)
        """(c, k) cells of text columns that stand for a missing value among numbers."""
        self._words = np.zeros((len(columns), 2), dtype=np.int64)
        """(k, 2) cells of text columns that are numbers, and all that are no gaps."""
        self._keys: list[Array] = []
        self._kept: list[pa.RecordBatch] = []
        self._at = 0

    def add(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa

        start, n = self._at, batch.num_rows
        self._at += n
        codes = None if self._codes is None else self._codes[start : start + n]
        key = np.zeros(n, dtype=np.uint64)
        for k, name in enumerate(self.columns):
            column = _numbered(batch.column(name))
            bits, empty = cell_bits(column)
            if empty is not None:
                self._missing[:, k] += self._by_class(empty, codes)
            self._count_gaps(k, column, codes)
            key ^= bits
            key *= _MIX
            key ^= key >> np.uint64(29)
        key *= _STIR
        self._keys.append(key)
        low, high = np.searchsorted(self._chosen, [start, start + n])
        if high > low:
            rows = batch.take(pa.array(self._chosen[low:high] - start))
            columns = [cut_short(column, KEPT_CHARACTERS) for column in rows.columns]
            self._kept.append(pa.record_batch(columns, names=rows.schema.names))

    @property
    def missing(self) -> Array:
        """(c, k) cells without a value, in columns of numbers also those such as `?` and `None`."""
        numeric = [holds_numbers(int(numbers), int(all_)) for numbers, all_ in self._words]
        return self._missing + self._gaps * np.array(numeric, dtype=np.int64)

    def _by_class(self, marked: Array, codes: Array | None) -> Array:
        """(c,) marked rows; without classes all count for the first."""
        if codes is None:
            return np.bincount([0], [marked.sum()], self.classes).astype(np.int64)
        of = codes[marked]
        return np.bincount(of[of >= 0], minlength=self.classes)

    def _count_gaps(self, k: int, column: pa.Array, codes: Array | None) -> None:
        """Count the gaps and numbers of a text column."""
        import pyarrow as pa

        if not pa.types.is_dictionary(column.type):
            return
        cells = [c if isinstance(c, str) else "" for c in column.dictionary.to_pylist()]
        gap = np.array([bool(c.strip()) and is_gap(c) for c in cells] + [False])
        number = np.array([is_number(c) and not is_gap(c) for c in cells] + [False])
        blank = np.array([not c.strip() for c in cells] + [True])
        at = filled(column.indices, len(cells))
        if gap.any():
            self._gaps[:, k] += self._by_class(gap[at], codes)
        self._words[k] += (number[at].sum(), (~(gap | blank))[at].sum())

    @property
    def keys(self) -> Array:
        """(n,) uint64"""
        if len(self._keys) != 1:
            self._keys = [np.concatenate([np.zeros(0, dtype=np.uint64), *self._keys])]
        return self._keys[0]

    def chosen_rows(self) -> pa.Table:
        """The chosen rows, in order; columns keep the widest type they had."""
        import pyarrow as pa

        return pa.Table.from_batches(self._kept) if self._kept else pa.table({})


def cell_bits(column: pa.Array) -> tuple[Array, Array | None]:
    """(n,) uint64 that are equal for equal cells, and which are missing (``None``: none is)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_floating(kind):
        values = filled(pc.cast(column, pa.float64()), np.nan)
        empty = np.isnan(values)
        bits = (values + 0.0).view(np.uint64)  # −0 and 0 are equal
        return (np.where(empty, _NONE, bits), empty) if empty.any() else (bits, None)
    if pa.types.is_temporal(kind) or pa.types.is_integer(kind):
        whole = column if pa.types.is_integer(kind) else _since(column)
        bits = filled(whole, 0).astype(np.int64).view(np.uint64)
        if not whole.null_count:
            return bits, None
        empty = nulls(whole)
        return np.where(empty, _NONE, bits), empty
    column = _numbered(column)
    cells = cell_values(column.dictionary)
    table = np.empty(len(cells) + 1, dtype=np.uint64)
    blank = np.zeros(len(cells) + 1, dtype=bool)
    for i, cell in enumerate(cells):
        blank[i] = cell is None or (isinstance(cell, str) and not cell.strip())
        table[i] = _NONE if blank[i] else hash(cell) & 0xFFFFFFFFFFFFFFFF
    table[-1], blank[-1] = _NONE, True
    at = filled(column.indices, len(cells))
    empty = blank[at]
    return table[at], empty if empty.any() else None


def _numbered(column: pa.Array) -> pa.Array:
    """A column of text or of lists as a dictionary; one of numbers, dates or times as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_temporal(kind) or pa.types.is_integer(kind):
        return column
    if pa.types.is_dictionary(kind):
        return column
    if pa.types.is_nested(kind):
        column = pa.array([None if v is None else repr(v) for v in cell_values(column)])
    elif not (pa.types.is_string(kind) or pa.types.is_binary(kind)):
        column = pc.cast(column, pa.string())
    return pc.dictionary_encode(column, null_encoding="encode")


def _since(column: pa.Array) -> pa.Array:
    """Dates and times as whole numbers."""
    import pyarrow as pa

    return column.view(pa.int32() if column.type.bit_width == 32 else pa.int64())
