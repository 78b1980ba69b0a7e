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
    rows = np.array([_ranked(-row) for row in values])
    means = rows.mean(axis=0)
    order = np.argsort(means, kind="stable")
    statistic, p = _friedman(rows)
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
    q = _range_quantile(0.95, methods) / math.sqrt(2)
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


def _ranked(values: Array) -> Array:
    """Ranks (k,) from 1 on in ascending order; equal values share the mean of their ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Array = ((last - counts + 1 + last) / 2)[group]
    return shared


def _friedman(ranks: Array) -> tuple[float, float]:
    """Friedman's statistic of ranks (N, k), corrected for ties, and its p-value.

    NaN where the test says nothing. `scipy.stats` has the test too, but takes seconds to import.
    """
    from scipy.special import chdtrc

    n, k = ranks.shape
    counts = [np.unique(row, return_counts=True)[1] for row in ranks]
    tied = sum(int((c**3 - c).sum()) for c in counts) / (n * k * (k * k - 1))
    if k < FEWEST_FOR_FRIEDMAN or tied == 1:
        return math.nan, math.nan
    spread = 12 / (n * k * (k + 1)) * float((ranks.sum(axis=0) ** 2).sum()) - 3 * n * (k + 1)
    statistic = spread / (1 - tied)
    return statistic, float(chdtrc(k - 1, statistic))


def _range_quantile(level: float, k: int) -> float:
    """The quantile of the range of k standard normal values, by bisection of

    P(range ≤ q) = k ∫ φ(z) (Φ(z + q) − Φ(z))^(k − 1) dz.
    """
    from scipy.special import ndtr

    z = np.linspace(-10, 10, 4001)
    density = k * np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    low, high = 0.0, 20.0
    while high - low > 1e-9:
        q = (low + high) / 2
        below = float((density * (ndtr(z + q) - ndtr(z)) ** (k - 1)).sum())
        low, high = (q, high) if below < level else (low, q)
    return low
