"""How sure a few repeats make us: intervals of paired differences and of shares.

Axes: s seeds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    from scipy import stats

    tail = (1 - level) / 2 / comparisons
    reach = float(stats.t.ppf(1 - tail, s - 1)) * error
    return Estimate(mean, mean - reach, mean + reach, level)


def wilson(hits: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927); (0, 1) without samples."""
    if n <= 0:
        return 0.0, 1.0
    from scipy import stats

    z = float(stats.norm.ppf(0.5 + level / 2))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)
