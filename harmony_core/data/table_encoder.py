"""Columns of a table as numbers a model takes: standardised, one-hot, gaps marked.

Axes: n rows, d features.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..readers import limits
from ..readers.sampled_rows import Column

LEVELS = 30
"""Most frequent values of a text column that get a feature of their own."""
FAR = 10.0
"""Standard deviations beyond which a number is clipped."""
TOO_MANY = 0.5
"""A text column with more different values than this share of the rows is an identifier."""
_ID = re.compile(r"(^|_)(id|uuid|guid|index|idx|row|key)$|^unnamed", re.IGNORECASE)


@dataclass(frozen=True)
class NumberPart:
    """A column of numbers: (value − mean) / deviation, the median in gaps, and a mark for gaps."""

    name: str
    median: float
    mean: float
    deviation: float
    marks: bool

    @property
    def width(self) -> int:
        return 1 + self.marks

    def transform(self, column: Column) -> Array:
        values = column.numbers
        if values is None:  # numbers when it was fitted, text in other rows
            values = np.full(len(column.texts), np.nan)
        empty = np.isnan(values)
        scaled = (np.where(empty, self.median, values) - self.mean) / self.deviation
        parts = [np.clip(scaled, -FAR, FAR)]
        return np.stack([*parts, empty.astype(float)] if self.marks else parts, axis=1)


@dataclass(frozen=True)
class TextPart:
    """A column of text: one feature for each frequent value, one for all others."""

    name: str
    levels: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.levels) + 1

    def transform(self, column: Column) -> Array:
        texts = column.texts
        if column.numbers is not None:
            texts = tuple(None if v != v else f"{v:g}" for v in column.numbers.tolist())
        place = {level: i for i, level in enumerate(self.levels)}
        at = np.array([place.get(t or "", len(self.levels)) for t in texts], dtype=np.int64)
        return np.asarray(np.eye(self.width)[at])


@dataclass(frozen=True)
class TableEncoder:
    """How each column becomes features, fitted on training rows alone."""

    parts: tuple[NumberPart | TextPart, ...]
    left_out: tuple[str, ...]
    """Columns that say nothing (constant) or name rows (identifiers)."""

    @property
    def width(self) -> int:
        """Number of features d."""
        return sum(part.width for part in self.parts)

    @classmethod
    def fit(cls, columns: list[Column], rows: Array) -> TableEncoder:
        """Learn medians, scales and frequent values from ``rows`` of the columns."""
        parts: list[NumberPart | TextPart] = []
        left: list[str] = []
        width = 0
        for column in columns:
            part: NumberPart | TextPart | None
            if column.numbers is not None:
                part = _number_part(column, rows)
            else:
                part = _text_part(column, rows)
            if part is None or width + part.width > limits.PILOT_COLUMNS:
                left.append(column.name)
            else:
                parts.append(part)
                width += part.width
        return cls(tuple(parts), tuple(left))

    def transform(self, columns: list[Column]) -> Array:
        """(n, d) float32"""
        by_name = {column.name: column for column in columns}
        made = [part.transform(by_name[part.name]) for part in self.parts]
        return np.concatenate(made, axis=1).astype(np.float32)


def _number_part(column: Column, rows: Array) -> NumberPart | None:
    assert column.numbers is not None
    values = column.numbers[rows]
    present = values[~np.isnan(values)]
    if len(present) < 2 or present.min() == present.max():
        return None
    whole = bool((present == np.trunc(present)).all())
    unique = len(np.unique(present)) == len(present) > 20
    if whole and unique and (_ID.search(column.name) or bool((np.diff(present) > 0).all())):
        return None
    median = float(np.median(present))
    filled = np.where(np.isnan(values), median, values)
    deviation = float(filled.std())
    if not np.isfinite(deviation) or deviation < 1e-12:
        return None
    return NumberPart(
        column.name, median, float(filled.mean()), deviation, len(present) < len(values)
    )


def _text_part(column: Column, rows: Array) -> TextPart | None:
    cells = [column.texts[i] for i in rows.tolist()]
    present = [cell for cell in cells if cell is not None]
    values, counts = np.unique(np.array(present, dtype=str), return_counts=True)
    if len(values) < 2 and len(present) == len(cells):
        return None
    if len(present) < 2 or (len(values) > 20 and len(values) > TOO_MANY * len(present)):
        return None
    frequent = np.argsort(-counts, kind="stable")[:LEVELS]
    levels = [str(values[i]) for i in frequent if counts[i] >= 2]
    return TextPart(column.name, tuple(levels)) if levels else None
