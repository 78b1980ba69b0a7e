"""All statistics of the tail, from the counts of the classes alone.

Axes: c classes. Entropies are in nats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .class_counts import BETA, ClassCounts, top_share
from .figures import FIGURES
from .figures.gini import lorenz_curve
from .fits import Fit, better_fit, fit_tail
from .groups import Groups, group_classes


@dataclass(frozen=True)
class Tail:
    """Everything about the tail; ``figures`` are numbers by the names of `FIGURES`."""

    counts: Array
    """(c,) int64 training samples."""
    order: Array
    """(c,) classes from the largest to the smallest, ties in their own order."""
    figures: dict[str, float]
    groups: Groups
    fits: tuple[Fit, Fit] | None
    better_fit: str
    effective: Array
    """(c,) effective number of samples of each class."""
    beta: float
    test_counts: Array | None = None

    def lorenz(self) -> tuple[Array, Array]:
        """Share of the classes, rarest first, and of the samples they hold; both start at 0."""
        return lorenz_curve(self.counts)

    def top_share(self, k: int) -> float:
        """Share of the samples held by the k most frequent classes."""
        return top_share(self.counts[self.order], k)


def analyse_tail(
    counts: Array,
    test_counts: Array | None = None,
    *,
    beta: float = BETA,
    bounds: tuple[float, float] | None = None,
) -> Tail:
    """Everything about the tail of ``counts`` (c,), with the shift to ``test_counts`` if given.

    ``bounds`` (low, high) split head, medium and tail; by default 20 and 100, or thirds of the
    classes where these would leave a group empty. Raises `DataError` for counts that are not whole
    numbers from 0 on, and for β outside [0, 1).

    >>> tail = analyse_tail([500, 60, 9])
    >>> round(tail.figures["imbalance_factor"], 1), tail.groups.classes
    (55.6, (1, 1, 1))
    """
    counts = _checked(counts)
    if not 0 <= beta < 1:
        raise DataError(f"Expected β in [0, 1), but got {beta!r}. The usual value is {BETA}.")
    if test_counts is not None:
        test_counts = _checked(test_counts, "test counts", len(counts))
    fits = fit_tail(counts)
    c = ClassCounts(counts, test_counts, beta, group_classes(counts, bounds), fits)
    figures = {f.name: f.value(c) for f in FIGURES.values() if f.applies(c)}
    return Tail(
        counts, c.order, figures, c.groups, fits, better_fit(fits), c.effective, beta, test_counts
    )


def _checked(counts: Array, what: str = "counts", classes: int | None = None) -> Array:
    values = np.asarray(counts)
    if values.ndim != 1 or len(values) < 1 or (classes is not None and len(values) != classes):
        wanted = "one number for each class" if classes is None else f"{classes} numbers"
        raise DataError(f"Expected {what} to be {wanted}, but got shape {values.shape}.")
    if values.dtype.kind not in "iu" or int(values.min()) < 0:
        raise DataError(f"Expected {what} to be whole numbers from 0 on, but got other values.")
    if int(values.sum()) < 1:
        raise DataError(f"Expected {what} with at least one sample, but got none.")
    return values.astype(np.int64)
