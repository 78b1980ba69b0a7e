"""All statistics of the tail, from the counts of the classes alone.

Axes: c classes, s splits. Entropies are in nats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.accuracy import SHOTS, THIRDS, shots, thirds
from ...errors import DataError
from .fits import Fit, better_fit, fit_tail

Array = NDArray[Any]
BETA = 0.9999
"""β of the effective number of samples (Cui et al. 2019, arXiv 1901.05555)."""
BOUNDS = (20, 100)
"""Fewer: tail; more: head (Liu et al. 2019, arXiv 1904.05160)."""
GROUPS = ("head", "medium", "tail")


@dataclass(frozen=True)
class Groups:
    """Which classes are head, medium and tail, and by which rule."""

    of_class: Array
    """(c,) 0 head, 1 medium, 2 tail; classes without training samples are tail."""
    rule: str
    """``bounds``: by the two bounds; ``thirds``: by rank; ``even``: all sizes are equal."""
    low: float
    high: float
    classes: tuple[int, int, int]
    shares: tuple[float, float, float]
    """Of the training samples."""

    @property
    def sentence(self) -> str:
        """How the groups were formed, in words."""
        if self.rule == "bounds":
            return (
                f"Head: more than {self.high:g} samples; tail: fewer than {self.low:g}; "
                "medium: between."
            )
        if self.rule == "thirds":
            return (
                "Head and tail: a third of the classes each, by rank, as bounds of "
                f"{BOUNDS[0]} and {BOUNDS[1]} samples would leave a group empty here."
            )
        return "All classes have the same size, so there is neither a head nor a tail."


@dataclass(frozen=True)
class Tail:
    """The tail on one page. ``figures`` are scalars by the names of `measures.MEASURES`."""

    counts: Array
    """(c,) int64 training samples."""
    order: Array
    """(c,) classes from the largest to the smallest, equal ones in their own order."""
    figures: dict[str, float]
    groups: Groups
    fits: tuple[Fit, Fit] | None
    better_fit: str
    effective: Array
    """(c,) effective number of samples of each class."""
    beta: float
    test_counts: Array | None = None

    def lorenz(self) -> tuple[Array, Array]:
        """Share of classes from the rarest on, and the share of samples they hold, both from 0."""
        return lorenz_curve(self.counts)

    def top_share(self, k: int) -> float:
        """Share of the samples held by the k most frequent classes."""
        ranked = self.counts[self.order]
        return float(ranked[: max(k, 0)].sum() / ranked.sum())


def analyse_tail(
    counts: Array,
    test_counts: Array | None = None,
    *,
    beta: float = BETA,
    bounds: tuple[float, float] | None = None,
) -> Tail:
    """Everything about the tail of ``counts`` (c,), with the shift to ``test_counts`` if given.

    ``bounds`` (low, high) split head, medium and tail; by default 20 and 100, or thirds of the
    classes where these would leave a group empty.
    """
    counts = _checked(counts)
    if not 0 <= beta < 1:
        raise DataError(f"Expected β in [0, 1), but got {beta!r}. The usual value is {BETA}.")
    present = counts[counts > 0].astype(float)
    order = np.argsort(-counts, kind="stable")
    ranked = counts[order].astype(float)
    total = float(ranked.sum())
    shares = present / total
    entropy = float(max(-(shares * np.log(shares)).sum(), 0.0))
    effective = effective_numbers(counts, beta)
    groups = group_classes(counts, bounds)
    fits = fit_tail(counts)
    c = len(present)
    figures: dict[str, float] = {
        "samples": total,
        "classes_present": float(c),
        "largest_class": float(present.max()),
        "smallest_class": float(present.min()),
        "median_class": float(np.median(present)),
        "imbalance_factor": float(present.max() / present.min()),
        "gini": gini(present),
        "entropy": entropy,
        "normalised_entropy": entropy / float(np.log(c)) if c > 1 else 1.0,
        "effective_classes": float(np.exp(entropy)),
        "effective_samples": float(effective.sum()),
        "effective_imbalance": float(effective.max() / effective[counts > 0].min()),
        "head_share": groups.shares[0],
        "tail_share": groups.shares[2],
        "top_1_share": float(ranked[0] / total),
        "top_10_percent_share": float(ranked[: max(round(c / 10), 1)].sum() / total),
        "rare_half_share": float(ranked[c - c // 2 : c].sum() / total),
        "classes_for_half": float(np.searchsorted(np.cumsum(ranked), total / 2) + 1),
        "below_10": float((present < 10).sum()),
    }
    for fit, (slope, quality) in zip(
        fits or (None, None),
        (("power_law_exponent", "power_law_r2"), ("exponential_rate", "exponential_r2")),
        strict=True,
    ):
        figures[slope] = fit.slope if fit else float("nan")
        figures[quality] = fit.r_squared if fit else float("nan")
    if test_counts is not None:
        test_counts = _checked(test_counts, "test counts", len(counts))
        figures |= prior_shift(counts, test_counts)
    return Tail(
        counts, order, figures, groups, fits, better_fit(fits), effective, beta, test_counts
    )


def gini(values: Array) -> float:
    """Σ_ij |x_i − x_j| / (2 c² mean), in [0, 1 − 1/c]; 0 for one class."""
    ranked = np.sort(np.asarray(values, dtype=float))
    c = len(ranked)
    weights = 2 * np.arange(1, c + 1) - c - 1
    return float(max((weights * ranked).sum() / (c * ranked.sum()), 0.0))


def effective_numbers(counts: Array, beta: float = BETA) -> Array:
    """(c,) (1 − β^N)/(1 − β); without rounding trouble for β near 1."""
    n = np.asarray(counts, dtype=float)
    if beta == 0:
        return np.asarray(np.minimum(n, 1.0))
    return np.asarray(-np.expm1(n * np.log(beta)) / (1 - beta))


def lorenz_curve(counts: Array) -> tuple[Array, Array]:
    """Share of the classes with samples, rarest first, and of the samples; both start at 0."""
    present = np.sort(np.asarray(counts, dtype=float)[np.asarray(counts) > 0])
    held = np.concatenate([[0.0], np.cumsum(present)])
    return np.linspace(0, 1, len(present) + 1), held / held[-1]


def prior_shift(counts: Array, test_counts: Array) -> dict[str, float]:
    """Distances between the class shares of training and test, and the test's own imbalance."""
    p = counts / counts.sum()
    q = test_counts / test_counts.sum()
    tested = q > 0
    with np.errstate(divide="ignore"):
        kl = float((q[tested] * np.log(q[tested] / p[tested])).sum())
    held = test_counts[tested]
    return {
        "prior_shift": float(np.abs(p - q).sum() / 2),
        "prior_shift_kl": max(kl, 0.0),
        "test_imbalance_factor": float(held.max() / held.min()),
    }


def group_classes(counts: Array, bounds: tuple[float, float] | None = None) -> Groups:
    """Head, medium and tail by two bounds, or by thirds where the usual bounds say nothing."""
    counts = np.asarray(counts)
    present = counts[counts > 0]
    rule, (low, high) = "bounds", bounds or BOUNDS
    if bounds is not None and not 0 < low <= high + 1:
        raise DataError(
            f"Expected bounds with 0 < low ≤ high + 1, but got {low:g} and {high:g}. "
            f"The usual ones are {BOUNDS[0]} and {BOUNDS[1]}."
        )
    of_class = shots(counts, many_above=high, few_below=low)  # type: ignore[arg-type]
    if bounds is None and len(np.unique(of_class)) < len(SHOTS):
        if present.max() == present.min():
            rule, of_class = "even", np.where(counts > 0, 1, 2)
        else:
            rule, of_class = "thirds", _thirds(counts)
        low, high = float("nan"), float("nan")
    sizes = [int((of_class == g).sum()) for g in range(len(THIRDS))]
    held = [float(counts[of_class == g].sum() / counts.sum()) for g in range(len(THIRDS))]
    return Groups(
        np.asarray(of_class, dtype=np.int64),
        rule,
        float(low),
        float(high),
        (sizes[0], sizes[1], sizes[2]),
        (held[0], held[1], held[2]),
    )


def _thirds(counts: Array) -> Array:
    """Thirds of the classes with samples, by rank; the others are tail."""
    groups = np.full(len(counts), 2, dtype=np.int64)
    present = np.flatnonzero(counts > 0)
    groups[present] = thirds(counts[present])
    return groups


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
