"""How class sizes fall with their rank: a power law or an exponential.

Axes: c classes, ranked from the largest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import Array


@dataclass(frozen=True)
class Fit:
    """N(rank) of one form, fitted by least squares on log N."""

    form: str
    """``power_law``: N = a · rank^−s; ``exponential``: N = a · exp(−s · (rank − 1))."""
    scale: float
    """a, the fitted size of the largest class."""
    slope: float
    """s, at least 0."""
    r_squared: float
    """Share of the variance of log N that is explained, in [0, 1]."""
    worst_factor: float
    """Largest factor between a class and the fit, at least 1."""

    def sizes(self, ranks: Array) -> Array:
        """(c,) fitted sizes at ranks 1, 2, …"""
        ranks = np.asarray(ranks, dtype=float)
        steps = np.log(ranks) if self.form == "power_law" else ranks - 1
        return np.asarray(self.scale * np.exp(-self.slope * steps))


def fit_tail(counts: Array) -> tuple[Fit, Fit] | None:
    """Power law and exponential through all classes with samples; ``None`` where there is no fit.

    A fit needs three classes and two different sizes.

    >>> power, exponential = fit_tail([64, 16, 4, 1])
    >>> round(exponential.slope, 3), round(exponential.r_squared, 3)
    (1.386, 1.0)
    """
    sizes = np.sort(np.asarray(counts, dtype=float)[np.asarray(counts) > 0])[::-1]
    if len(sizes) < 3 or sizes[0] == sizes[-1]:
        return None
    ranks = np.arange(1, len(sizes) + 1)
    return _fit("power_law", np.log(ranks), sizes), _fit("exponential", ranks - 1.0, sizes)


def better_fit(fits: tuple[Fit, Fit] | None, margin: float = 0.01) -> str:
    """The form that explains more; ``neither`` below R² = 0.8, ``both`` within ``margin``.

    >>> better_fit(fit_tail([64, 16, 4, 1]))
    'exponential'
    """
    if fits is None or max(fit.r_squared for fit in fits) < 0.8:
        return "neither"
    power, exponential = fits
    if abs(power.r_squared - exponential.r_squared) < margin:
        return "both"
    return max(fits, key=lambda fit: fit.r_squared).form


def _fit(form: str, steps: Array, sizes: Array) -> Fit:
    logs = np.log(sizes)
    centred = steps - steps.mean()
    slope = float((centred * (logs - logs.mean())).sum() / (centred**2).sum())
    intercept = float(logs.mean() - slope * steps.mean())
    residual = logs - (intercept + slope * steps)
    total = float(((logs - logs.mean()) ** 2).sum())
    r_squared = 1 - float((residual**2).sum()) / total
    return Fit(
        form,
        math.exp(intercept),
        max(-slope, 0.0),
        min(max(r_squared, 0.0), 1.0),
        math.exp(float(np.abs(residual).max())),
    )
