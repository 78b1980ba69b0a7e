"""A method against the baseline: paired differences over seeds, with their intervals.

A gain is value − baseline, or baseline − value for a figure of which less is better, so that more
is always better. Only seeds on which both have a finite value count. Axes: s seeds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..analysis.accuracy import LOWER_IS_BETTER
from ..analysis.intervals import Estimate, paired
from ..arrays import Array

BETTER, WORSE, UNCLEAR, ONE_SEED, NOTHING = (
    "better", "worse", "no clear difference", "one seed", "nothing to compare",
)  # fmt: skip
LEVEL = 0.95


@dataclass(frozen=True)
class Comparison:
    """The gain of one method over the baseline in one figure."""

    setting: str
    """The title of a setting, or empty for the mean over settings."""
    method: str
    """The method's label."""
    figure: str
    seeds: int
    """How many pairs there are."""
    missing: int
    """How many seeds of the plan lack one of the two values."""
    wins: int
    ties: int
    gain: Estimate
    """Mean gain with the interval of this comparison alone, NaN for fewer than two pairs."""
    simultaneous: Estimate
    """The same with an interval that holds for all comparisons of its kind at once."""

    @property
    def verdict(self) -> str:
        """What the simultaneous interval says."""
        if self.seeds == 0:
            return NOTHING
        if self.seeds == 1:
            return ONE_SEED
        if self.simultaneous.low > 0:
            return BETTER
        return WORSE if self.simultaneous.high < 0 else UNCLEAR

    def worse_than(self, margin: float) -> bool:
        """Whether the simultaneous interval lies below −``margin`` entirely."""
        return self.simultaneous.high < -margin

    def loses_at_most(self, margin: float) -> bool:
        """Whether the simultaneous interval excludes a loss of more than ``margin``."""
        return self.simultaneous.low > -margin


def compare(
    values: Array,
    baseline: Array,
    *,
    setting: str,
    method: str,
    figure: str,
    comparisons: int,
) -> Comparison:
    """Compare values (s,) with those of the baseline on the same seeds (s,); NaN is missing.

    The intervals are Student's t intervals of the mean paired difference at 95 %; simultaneous ones
    use the level 1 − 0.05 / ``comparisons`` (Bonferroni).

    >>> a, b = np.array([0.72, 0.75, np.nan]), np.array([0.70, 0.71, 0.70])
    >>> found = compare(a, b, setting="", method="A", figure="tail", comparisons=1)
    >>> found.seeds, found.missing, found.wins, round(found.gain.mean, 3), found.verdict
    (2, 1, 2, 0.03, 'no clear difference')
    """
    sign = -1 if figure in LOWER_IS_BETTER else 1
    both = np.isfinite(values) & np.isfinite(baseline)
    gains = sign * (values[both] - baseline[both])
    s = len(gains)
    nothing = Estimate(math.nan, math.nan, math.nan, LEVEL)
    zero = np.zeros(s)
    return Comparison(
        setting=setting,
        method=method,
        figure=figure,
        seeds=s,
        missing=len(values) - s,
        wins=int((gains > 0).sum()),
        ties=int((gains == 0).sum()),
        gain=paired(gains, zero, level=LEVEL) if s else nothing,
        simultaneous=(
            paired(gains, zero, level=LEVEL, comparisons=max(comparisons, 1)) if s else nothing
        ),
    )
