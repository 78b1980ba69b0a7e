"""How well each column alone tells some samples from the others.

Axes: n samples.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...readers.messages import quoted
from ...readers.sampled_rows import Column
from .clock import Clock
from .finding import ColumnScore
from .profiled_rows import ProfiledRows
from .scores import roc_area
from .single_column import out_of_fold


def column_areas(
    rows: ProfiledRows, chosen: Array, names: tuple[str, str], folds: Array, clock: Clock
) -> tuple[list[ColumnScore], str]:
    """AUC of each column for ``chosen`` (n,) bool, out of fold, the best first; and what is left.

    ``names`` are those of the chosen samples and of the others. Intervals hold for all columns
    together. The text is empty, or a sentence on columns for which there was no time.
    """
    target = chosen.astype(np.int64)
    found: list[ColumnScore] = []
    late = 0
    for column in rows.columns:
        if clock.left <= 0:
            late += 1
            continue
        scores = out_of_fold(column, target, rows.weights, folds)[:, 1]
        area = roc_area(chosen, scores, rows.weights, len(rows.columns))
        found.append(ColumnScore(column.name, area, difference(column, chosen, names)))
    found.sort(key=lambda c: -c.score.low)
    return found, f" {late:,} columns were not looked at, as time was up." if late else ""


def difference(column: Column, chosen: Array, names: tuple[str, str]) -> str:
    """How a column differs between chosen samples (n,) bool and the others, in words.

    >>> column = Column("x", np.array([1.0, 1.0, 5.0]))
    >>> difference(column, np.array([True, True, False]), ("a", "b"))
    'median 1 in a, 5 in b'
    """
    a, b = names
    if column.numbers is not None:
        gaps = np.isnan(column.numbers)
        values = [column.numbers[at & ~gaps] for at in (chosen, ~chosen)]
        if not all(len(v) for v in values):
            return ""
        low, high = (float(np.median(v)) for v in values)
        if low != high:
            return f"median {low:.4g} in {a}, {high:.4g} in {b}"
        missing = gaps[chosen].mean(), gaps[~chosen].mean()
        if abs(missing[0] - missing[1]) > 0.05:
            return f"missing in {missing[0]:.0%} of {a}, {missing[1]:.0%} of {b}"
        spread = [float(np.subtract(*np.percentile(v, [75, 25]))) for v in values]
        return f"median {low:.4g} in both; quartiles {spread[0]:.3g} apart in {a}, " \
            f"{spread[1]:.3g} in {b}"  # fmt: skip
    texts = np.array([text or "" for text in column.texts], dtype=str)
    levels, codes = np.unique(texts, return_inverse=True)
    shares = [np.bincount(codes[at], minlength=len(levels)) / at.sum() for at in (chosen, ~chosen)]
    most = int(np.abs(shares[0] - shares[1]).argmax())
    value = quoted(str(levels[most]), 20) if levels[most] else "missing"
    return f"{value} in {shares[0][most]:.0%} of {a}, {shares[1][most]:.0%} of {b}"
