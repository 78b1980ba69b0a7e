"""Confidence intervals of means, paired differences and shares.

SciPy is imported when an interval is computed, so that no page waits for it. Axes: s seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array


@dataclass(frozen=True)
class Estimate:
    """A mean with its confidence interval at ``level``, in the unit of the values."""

    mean: float
    low: float
    high: float
    level: float = 0.95

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0

    def points(self) -> str:
        """A share in percentage points, with its interval.

        >>> Estimate(0.023, 0.008, 0.038).points()
        '+2.3 points (95 % interval +0.8 to +3.8)'
        """
        if math.isnan(self.low):
            return f"{100 * self.mean:+.1f} points (one seed, no interval)"
        return (
            f"{100 * self.mean:+.1f} points ({100 * self.level:.3g} % interval "
            f"{100 * self.low:+.1f} to {100 * self.high:+.1f})"
        )

    def to_dict(self) -> dict[str, float]:
        """The fields, JSON-ready."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "level": self.level}


def student_quantile(p: float, freedom: ArrayLike) -> Array:
    """The quantile at ``p`` of Student's t with ``freedom`` degrees of freedom, in its shape.

    As `scipy.stats.t.ppf`, which takes longer to import.

    >>> student_quantile(0.975, [1, 10]).round(3)
    array([12.706,  2.228])
    """
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, p))


def mean_interval(values: Sequence[float] | Array, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval of the mean of independent values (s,); NaN for fewer than two.

    >>> low, high = mean_interval([0.5, 0.6, 0.7])
    >>> print(f"{low:.3f} to {high:.3f}")
    0.352 to 0.848
    """
    if len(values) < 2:
        return math.nan, math.nan
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    ends = ((1 - level) / 2, (1 + level) / 2)
    low, high = (mean + error * float(student_quantile(p, len(values) - 1)) for p in ends)
    return low, high


def paired(
    a: Array, b: Array, *, overlap: float = 0.0, level: float = 0.95, comparisons: int = 1
) -> Estimate:
    """Mean of a − b over seeds (s,) with Student's t interval, NaN for a single seed.

    ``overlap`` is test size over training size if each seed splits the same data: such splits share
    most of their training samples, so the variance of the mean is (1/s + overlap) times that of a
    difference (Nadeau & Bengio 2003, *Inference for the Generalization Error*). ``comparisons``
    widens the interval so that this many intervals hold simultaneously (Bonferroni).

    >>> paired(np.array([0.8, 0.9]), np.array([0.7, 0.7])).points()
    '+15.0 points (95 % interval -48.5 to +78.5)'
    """
    difference = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    s = len(difference)
    mean = float(difference.mean())
    if s < 2:
        return Estimate(mean, math.nan, math.nan, level)
    error = standard_error(difference, overlap=overlap)
    tail = (1 - level) / 2 / comparisons
    half = float(student_quantile(1 - tail, s - 1)) * error
    return Estimate(mean, mean - half, mean + half, level)


def standard_error(differences: Array, *, overlap: float = 0.0) -> float:
    """Standard error of the mean of ``differences`` (s,), as in `paired`; NaN for a single one.

    sd · √(1/s + overlap) (Nadeau & Bengio 2003).

    >>> round(standard_error(np.array([0.1, 0.2, 0.3]), overlap=0.25), 4)
    0.0764
    """
    s = len(differences)
    return math.nan if s < 2 else float(np.std(differences, ddof=1)) * math.sqrt(1 / s + overlap)


def detectable(
    differences: Array,
    *,
    overlap: float = 0.0,
    level: float = 0.95,
    comparisons: int = 1,
    power: float = 0.8,
) -> float:
    """The smallest true mean whose `paired` interval excludes 0 with probability ``power``.

    Δ = (t_{1−α/2k} + t_{power}) · error, with the error that ``differences`` (s,) show, and their
    unit; NaN for a single one (Bloom 1995, *Minimum Detectable Effects*).

    >>> round(detectable(np.array([0.01, 0.03, 0.02, 0.04])), 3)
    0.027
    """
    s = len(differences)
    if s < 2:
        return math.nan
    error = standard_error(differences, overlap=overlap)
    ends = (1 - (1 - level) / 2 / comparisons, power)
    return error * sum(float(student_quantile(p, s - 1)) for p in ends)


def wilson(hits: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of the share ``hits`` / ``n`` (Wilson 1927), in [0, 1]; all of it without samples.

    >>> low, high = wilson(8, 10)
    >>> print(f"{low:.2f} to {high:.2f}")
    0.49 to 0.94
    """
    if n <= 0:
        return 0.0, 1.0
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    p, scale = hits / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
