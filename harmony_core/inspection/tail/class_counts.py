"""The class counts of a data set, as the figures of the tail see them.

Axes: c classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import Array
from ...readers.labels import Labels, MultiLabel
from .fits import Fit
from .groups import Groups

BETA = 0.9999
"""β of the effective number of samples (Cui et al. 2019, arXiv 1901.05555)."""


@dataclass(frozen=True)
class ClassCounts:
    """Training counts with what is derived from them once for all figures."""

    counts: Array
    """(c,) int64 training samples."""
    test_counts: Array | None
    """(c,) int64 test samples, where there is a test split."""
    beta: float
    groups: Groups
    fits: tuple[Fit, Fit] | None
    """Power law and exponential."""
    labels: Labels | None = None
    """The labels themselves, where a sample has several."""

    @cached_property
    def order(self) -> Array:
        """(c,) classes from the largest to the smallest, ties in their own order."""
        return np.argsort(-self.counts, kind="stable")

    @cached_property
    def ranked(self) -> Array:
        """(c,) float64 counts, the largest first."""
        return np.asarray(self.counts[self.order].astype(float))

    @cached_property
    def present(self) -> Array:
        """float64 counts of the classes that have samples."""
        return np.asarray(self.counts[self.counts > 0].astype(float))

    @cached_property
    def total(self) -> float:
        """All training samples."""
        return float(self.ranked.sum())

    @cached_property
    def entropy(self) -> float:
        """−Σ π log π of the class shares π, in nats."""
        shares = self.present / self.total
        return float(max(-(shares * np.log(shares)).sum(), 0.0))

    @cached_property
    def effective(self) -> Array:
        """(c,) effective number of samples of each class."""
        return effective_numbers(self.counts, self.beta)

    @property
    def tested(self) -> Array:
        """(c,) test samples; a figure of the test split is asked for only where there is one."""
        assert self.test_counts is not None
        return self.test_counts

    @property
    def multi(self) -> MultiLabel:
        """How several labels were read; a figure of several labels is asked for only then."""
        assert self.labels is not None
        assert self.labels.multi is not None
        return self.labels.multi

    @property
    def labelled_rows(self) -> int:
        """Rows with a label, where the labels themselves are known."""
        return 0 if self.labels is None else self.labels.rows - self.labels.missing

    def top_share(self, k: int) -> float:
        """Share of the samples in the k largest classes."""
        return top_share(self.ranked, k)

    def bottom_share(self, k: int) -> float:
        """Share of the samples in the k smallest classes that have any."""
        c = len(self.present)
        return float(self.ranked[c - k : c].sum() / self.total)


def top_share(ranked: Array, k: int) -> float:
    """Share of the samples in the first k of ``ranked`` (c,) counts, the largest first.

    >>> top_share(np.array([6, 3, 1]), 2)
    0.9
    """
    return float(ranked[: max(k, 0)].sum() / ranked.sum())


def effective_numbers(counts: Array, beta: float = BETA) -> Array:
    """(c,) (1 − β^N)/(1 − β), accurate for β near 1.

    >>> effective_numbers([0, 1, 2], beta=0.5).tolist()
    [0.0, 1.0, 1.5]
    """
    n = np.asarray(counts, dtype=float)
    if beta == 0:
        return np.asarray(np.minimum(n, 1.0))
    return np.asarray(-np.expm1(n * np.log(beta)) / (1 - beta))
