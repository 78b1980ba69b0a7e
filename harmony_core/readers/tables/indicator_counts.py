"""Count classes that each have a column of marks, in one pass over the rows.

Axes: n rows, k classes (columns), s splits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ..labels import ALL, SPLITS, Labels, MultiLabel
from ..messages import quoted
from .indicators import Indicators, is_marked
from .label_counts import number, split_codes_of
from .split_column import SplitColumn

if TYPE_CHECKING:
    import pyarrow as pa

_NONE, _SEVERAL = -1, -2
_SETS = 100_000


class IndicatorCounter:
    """A `Sink` for a group of columns and the split column."""

    def __init__(self, group: Indicators, split: SplitColumn) -> None:
        self.group, self.split = group, split
        self._known: list[dict[str, int]] = [{} for _ in group.columns]
        self._splits: dict[str, int] = {}
        self._codes: list[Array] = []
        self._split_codes: list[Array] = []
        self._counts = np.zeros((len(SPLITS) + 1, len(group.columns)), dtype=np.int64)
        self._labels = 0
        self._sets: set[bytes] = set()

    def add(self, batch: pa.RecordBatch) -> None:
        marks = np.stack([self._marks(batch, i) for i in range(len(self.group.columns))], axis=1)
        totals = marks.sum(axis=1)
        codes = np.where(totals == 1, marks.argmax(axis=1), np.where(totals > 1, _SEVERAL, _NONE))
        self._codes.append(codes.astype(np.int32))
        splits = split_codes_of(batch, self.split, self._splits)
        if splits is None:
            self._counts[-1] += marks.sum(axis=0)
        else:
            self._split_codes.append(splits)
            for position in range(len(SPLITS)):
                self._counts[position] += marks[splits == position].sum(axis=0)
        self._labels += int(totals.sum())
        if len(self._sets) < _SETS:
            packed = np.unique(np.packbits(marks[totals > 0], axis=1), axis=0)
            self._sets.update(row.tobytes() for row in packed)

    def labels(self) -> Labels:
        """The classes in the order of their columns, with their counts by split."""
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, dtype=np.int32)
        if not self._labels:
            raise DataError(
                f"Expected marks in columns {quoted(self.group.title)}, but got none. "
                "Choose another column."
            )
        splits: tuple[str, ...] = (ALL,)
        counts, split_codes = self._counts[-1:], None
        if self._split_codes:
            found = np.concatenate(self._split_codes)
            present = [s for s in range(len(SPLITS)) if (found == s).any()]
            if present:
                splits = tuple(SPLITS[s] for s in present)
                counts = self._counts[present]
                place = np.full(len(SPLITS) + 1, -1, dtype=np.int8)
                place[present] = np.arange(len(present))
                split_codes = place[found]
        several = bool((codes == _SEVERAL).any())
        multi = MultiLabel("", self._labels, len(self._sets)) if several else None
        return Labels(
            self.group.columns,
            splits,
            counts,
            rows=len(codes),
            missing=int((codes == _NONE).sum()),
            codes=None if several else codes,
            split_codes=None if several else split_codes,
            multi=multi,
        )

    def _marks(self, batch: pa.RecordBatch, i: int) -> Array:
        name, known = self.group.columns[i], self._known[i]
        codes = number(batch.column(name), known, name)
        marked = np.array([is_marked(cell) for cell in known] + [False])
        return np.asarray(marked[codes])
