"""The power law and the exponential fitted to the class sizes; NaN where nothing can be fitted."""

from __future__ import annotations

from ..class_counts import ClassCounts
from ..fits import Fit
from .figure import Figure

NO_FIT = Fit("none", *[float("nan")] * 4)


def power_law(c: ClassCounts) -> Fit:
    """The fitted power law."""
    return c.fits[0] if c.fits else NO_FIT


def exponential(c: ClassCounts) -> Fit:
    """The fitted exponential."""
    return c.fits[1] if c.fits else NO_FIT


POWER_LAW_EXPONENT = Figure(
    name="power_law_exponent",
    title="Power-law exponent",
    definition="s of the fit N = a · rank^−s, by least squares on logarithms.",
    meaning="Above 1, a few classes hold nearly everything however many classes there are.",
    value=lambda c: power_law(c).slope,
)

POWER_LAW_R2 = Figure(
    name="power_law_r2",
    title="Power-law fit R²",
    definition="Share of the variance of log N that the power law explains.",
    meaning="Near 1: the set looks like natural long tails (iNaturalist, LVIS).",
    style="share",
    value=lambda c: power_law(c).r_squared,
)

EXPONENTIAL_RATE = Figure(
    name="exponential_rate",
    title="Exponential rate",
    definition="λ of the fit N = a · exp(−λ · (rank − 1)), by least squares on logarithms.",
    meaning="Each further class is smaller by the factor exp(−λ).",
    value=lambda c: exponential(c).slope,
)

EXPONENTIAL_R2 = Figure(
    name="exponential_r2",
    title="Exponential fit R²",
    definition="Share of the variance of log N that the exponential explains.",
    meaning="Near 1: the set looks like CIFAR-LT, so results on CIFAR-LT are a fair hint.",
    style="share",
    value=lambda c: exponential(c).r_squared,
)
