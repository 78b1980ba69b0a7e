"""Intervals of means, of paired differences and of shares.

SciPy is imported when an interval is computed: a page should not wait for it. Axes: s seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval, in the unit of what was measured."""

    mean: float
    low: float
    high: float
    level: float = 0.95

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0

    def points(self) -> str:
        """As "+2.3 points (95 % interval 0.8 to 3.8)" of a share."""
        if math.isnan(self.low):
            return f"{100 * self.mean:+.1f} points (one seed, no interval)"
        return (
            f"{100 * self.mean:+.1f} points ({100 * self.level:.3g} % interval "
            f"{100 * self.low:+.1f} to {100 * self.high:+.1f})"
        )

    def to_dict(self) -> dict[str, float]:
        """JSON-ready."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "level": self.level}


def student_quantile(p: float, freedom: ArrayLike) -> Array:
    """The ``p`` quantile of Student's t, as `scipy.stats.t.ppf`, which takes longer to import."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, p))


def mean_interval(values: Sequence[float] | Array, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval of the mean of independent values (s,); NaN for fewer than two."""
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
    """Mean of a − b over seeds (s,) with Student's t interval.

    ``overlap`` is test size over training size where every seed draws its own split of the same
    data: such splits share most of their training samples, so the variance of the mean is
    (1/s + overlap) times that of a difference (Nadeau & Bengio 2003, *Inference for the
    Generalization Error*). ``comparisons`` widens the interval so that all of that many hold
    together (Bonferroni).
    """
    difference = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    s = len(difference)
    mean = float(difference.mean())
    if s < 2:
        return Estimate(mean, math.nan, math.nan, level)
    error = float(difference.std(ddof=1)) * math.sqrt(1 / s + overlap)
    tail = (1 - level) / 2 / comparisons
    reach = float(student_quantile(1 - tail, s - 1)) * error
    return Estimate(mean, mean - reach, mean + reach, level)


def wilson(hits: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of the share ``hits`` / ``n`` (Wilson 1927); (0, 1) without samples."""
    if n <= 0:
        return 0.0, 1.0
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    p, wider = hits / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / wider
    half = z / wider * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
