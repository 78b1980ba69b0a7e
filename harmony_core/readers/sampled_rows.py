"""Rows of a table or images of a file, chosen so that rare classes are kept whole.

Axes: n rows, c classes, d features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from . import limits
from .contents import Contents
from .labels import count_by_split
from .messages import Progress
from .tables.arrow_numpy import filled
from .tables.arrow_values import cell_values
from .tables.gaps import holds_numbers, is_gap
from .tables.row_profile import RowProfile
from .tables.table_file import scan

if TYPE_CHECKING:
    import pyarrow as pa


_PART = 2**18
"""Samples that are drawn at once."""


@dataclass(frozen=True)
class Column:
    """A feature column: numbers with NaN for what is missing, or text with ``None``."""

    name: str
    numbers: Array | None = None
    """(n,) float64"""
    texts: tuple[str | None, ...] = ()

    def __len__(self) -> int:
        return len(self.texts) if self.numbers is None else len(self.numbers)


def stratified_rows(codes: Array, most: int, rng: np.random.Generator) -> Array:
    """Sorted positions of at most ``most`` labelled samples; rare classes are kept whole.

    The larger classes share the rest equally.

    >>> codes = np.array([0] * 6 + [1] * 2 + [-1])
    >>> codes[stratified_rows(codes, 5, np.random.default_rng(0))].tolist()
    [0, 0, 0, 1, 1]
    """
    counts = _class_counts(codes)
    if counts.sum() <= most:
        return np.flatnonzero(codes >= 0)
    present = np.flatnonzero(counts)
    takes, left = np.zeros(len(counts), dtype=np.int64), most
    for served, label in enumerate(present[np.argsort(counts[present], kind="stable")]):
        takes[label] = min(int(counts[label]), left // (len(present) - served))
        left -= int(takes[label])
    return _drawn(codes, takes, rng)


def _drawn(codes: Array, takes: Array, rng: np.random.Generator) -> Array:
    """Sorted positions of ``takes`` (c,) samples of each class, drawn at random.

    Beside the positions little is held in memory, however many there are.
    """
    labelled = np.flatnonzero(codes >= 0)
    if len(codes) < 2**31:
        labelled = labelled.astype(np.int32)
    rng.shuffle(labelled)
    left = takes.copy()
    kept = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(labelled), _PART):
        part = labelled[start : start + _PART].astype(np.int64)
        part = part[left[codes[part]] > 0]
        order = np.argsort(codes[part], kind="stable")
        ranked = codes[part][order]
        starts = np.searchsorted(ranked, np.arange(len(takes)))
        taken = part[order][np.arange(len(ranked)) - starts[ranked] < left[ranked]]
        left -= np.bincount(codes[taken], minlength=len(takes))
        kept.append(taken)
        if not left.any():
            break
    return np.sort(np.concatenate(kept))


def _class_counts(codes: Array) -> Array:
    """(c,) labelled samples of each class."""
    classes = int(codes.max(initial=-1)) + 1
    return np.asarray(count_by_split(codes, None, 1, classes)[0])


def natural_rows(codes: Array, most: int, rng: np.random.Generator, floor: int = 50) -> Array:
    """Sorted positions of about ``most`` labelled samples, the same share of every class.

    Of a class at least ``floor`` samples are taken, or all it has.

    >>> codes = np.array([0] * 8_000 + [1] * 2_000 + [2] * 60 + [-1])
    >>> np.bincount(codes[natural_rows(codes, 1_000, np.random.default_rng(0))]).tolist()
    [795, 199, 50]
    """
    counts = _class_counts(codes)
    if counts.sum() <= most:
        return np.flatnonzero(codes >= 0)
    floor = min(floor, most // max(int((counts > 0).sum()), 1))
    takes = np.maximum(np.round(counts * most / counts.sum()).astype(np.int64), floor)
    return _drawn(codes, np.minimum(takes, counts), rng)


def weights_of(codes: Array, chosen: Array) -> Array:
    """How many labelled samples of their class each of the ``chosen`` ones stands for.

    >>> weights_of(np.array([0, 0, 0, 1, -1]), np.array([1, 3])).tolist()
    [3.0, 1.0]
    """
    all_, some = _class_counts(codes), np.bincount(codes[chosen])
    return np.asarray((all_[: len(some)] / np.maximum(some, 1))[codes[chosen]])


def least_of_each(codes: Array, chosen: Array) -> int | None:
    """How many of the ``chosen`` samples a class has at least that has not all of its own.

    ``None`` if every class has all.

    >>> least_of_each(np.array([0, 0, 0, 1, -1]), np.array([0, 2, 3]))
    2
    """
    all_ = _class_counts(codes)
    some = np.bincount(codes[chosen], minlength=len(all_))
    return min(some[some < all_].tolist(), default=None)


def profile_rows(contents: Contents, chosen: Array, progress: Progress, message: str) -> RowProfile:
    """One pass over the feature columns of a table."""
    assert contents.table is not None
    labels, features = contents.labels, contents.features

    def start() -> RowProfile:
        return RowProfile(features, labels.codes, len(labels.names), chosen)

    return scan(contents.table, start, progress, message, features)


def columns_of(table: pa.Table) -> list[Column]:
    """The columns of chosen rows as numbers or text; lists are left out."""
    return [c for name in table.column_names if (c := _column(name, table[name])) is not None]


def columns_at(columns: list[Column], rows: Array) -> list[Column]:
    """The columns with some of their rows."""
    if columns and len(rows) == len(columns[0]):
        return columns
    return [
        Column(c.name, c.numbers[rows])
        if c.numbers is not None
        else Column(c.name, texts=tuple(c.texts[i] for i in rows.tolist()))
        for c in columns
    ]


def _column(name: str, chunked: pa.ChunkedArray) -> Column | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = chunked.combine_chunks()
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        return None
    if pa.types.is_boolean(kind):
        column, kind = pc.cast(column, pa.uint8()), pa.uint8()
    if pa.types.is_decimal(kind) or pa.types.is_temporal(kind):
        if pa.types.is_temporal(kind):
            column = column.view(pa.int32() if kind.bit_width == 32 else pa.int64())
        column = pc.cast(column, pa.float64(), safe=False)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        numbers = filled(pc.cast(column, pa.float64(), safe=False), np.nan)
        return Column(name, np.where(np.isfinite(numbers), numbers, np.nan))
    if pa.types.is_dictionary(kind):  # each distinct text once
        values = [_text(v) for v in cell_values(column.dictionary)]
        texts = [None if i is None else values[i] for i in cell_values(column.indices)]
    else:
        texts = [_text(v) for v in cell_values(column)]
    read = _as_numbers(texts)
    return Column(name, read) if read is not None else Column(name, texts=tuple(texts))


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.strip()[: limits.NAME_CHARACTERS] or None


def _as_numbers(texts: list[str | None]) -> Array | None:
    """Numbers, if nearly all values but gaps can be read as such; the others become NaN."""
    numbers = np.full(len(texts), np.nan)
    present = good = 0
    for i, text in enumerate(texts):
        if text is None:
            continue
        try:
            value = float(text)
        except ValueError:
            present += not is_gap(text)
            continue
        if np.isnan(value):
            continue
        present += 1
        good += 1
        numbers[i] = value if np.isfinite(value) else np.nan
    return numbers if holds_numbers(good, present) else None
