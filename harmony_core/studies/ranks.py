"""Average ranks of methods over settings (Demšar 2006, *Statistical Comparisons of Classifiers*).

Rank 1 is the best method of a setting; equal values share the mean of their ranks. Two methods
whose average ranks differ by less than the critical difference of the Nemenyi test,

    CD = q · √(k (k + 1) / (6 N)),

are not distinguishable; q is the 95 % quantile of the studentized range of k values with infinitely
many degrees of freedom, over √2. Axes: N settings, k methods.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Array

FEWEST_SETTINGS, FEWEST_METHODS = 2, 2
FEWEST_FOR_FRIEDMAN = 3


@dataclass(frozen=True)
class Ranks:
    """Average ranks of methods, and which of them are not distinguishable."""

    labels: tuple[str, ...]
    """Best first."""
    ranks: tuple[float, ...]
    settings: int
    statistic: float
    """Friedman's χ²; NaN for fewer than three methods or if all values are equal."""
    p: float
    critical_difference: float
    groups: tuple[tuple[str, ...], ...]
    """The largest sets of neighbours, two or more, of which no two are distinguishable."""


def average_ranks(values: Array, labels: tuple[str, ...]) -> Ranks | None:
    """Ranks from values (N, k), more is better; None for fewer than two settings or methods.

    >>> found = average_ranks(np.array([[0.7, 0.9], [0.6, 0.8], [0.5, 0.5]]), ("A", "B"))
    >>> found.labels, found.ranks, round(found.critical_difference, 3)
    (('B', 'A'), (1.1666666666666667, 1.8333333333333333), 1.132)
    """
    n, k = values.shape
    if n < FEWEST_SETTINGS or k < FEWEST_METHODS:
        return None
    from scipy.stats import rankdata

    means = rankdata(-values, axis=1).mean(axis=0)
    order = np.argsort(means, kind="stable")
    statistic, p = _friedman(values)
    difference = critical_difference(k, n)
    ranks = tuple(float(means[i]) for i in order)
    names = tuple(labels[i] for i in order)
    groups = indistinguishable(ranks, difference)
    named = tuple(tuple(names[start:end]) for start, end in groups)
    return Ranks(names, ranks, n, statistic, p, difference, named)


def critical_difference(methods: int, settings: int) -> float:
    """The critical difference of the Nemenyi test at 5 %, in ranks.

    >>> round(critical_difference(4, 14), 2)
    1.25
    """
    from scipy.stats import studentized_range

    q = float(studentized_range.ppf(0.95, methods, np.inf)) / math.sqrt(2)
    return q * math.sqrt(methods * (methods + 1) / (6 * settings))


def indistinguishable(ranks: tuple[float, ...], difference: float) -> list[tuple[int, int]]:
    """Ranges (start, end) of ascending ranks whose ends differ by less than ``difference``.

    >>> indistinguishable((1.0, 1.5, 2.4, 5.0), 1.0)
    [(0, 2), (1, 3)]
    """
    found: list[tuple[int, int]] = []
    for start in range(len(ranks)):
        end = start + 1
        while end < len(ranks) and ranks[end] - ranks[start] < difference:
            end += 1
        if end - start > 1 and (not found or end > found[-1][1]):
            found.append((start, end))
    return found


def _friedman(values: Array) -> tuple[float, float]:
    """Friedman's statistic and its p-value; NaN where the test says nothing."""
    no_spread = bool((values == values[:, :1]).all())
    if values.shape[1] < FEWEST_FOR_FRIEDMAN or no_spread:
        return math.nan, math.nan
    from scipy.stats import friedmanchisquare

    found = friedmanchisquare(*values.T)
    return float(found.statistic), float(found.pvalue)
