"""One contestant against another on the same splits: the gain, how sure it is, and one word for it.

The word follows a stated rule. *helps*: the 95 % interval, simultaneous for all comparisons made,
lies above 0. *probably helps*: better in at least four of five splits, and either the 90 % interval
of this comparison alone lies above 0 or all of ten or more splits are better. *hurts*: one of the
two the other way round. *no sign*: everything else, and whatever is smaller than `WORTH`.

Axes: s splits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.intervals import Estimate, detectable, paired, standard_error
from .metrics import METRICS
from .pilot import Pilot

HELPS, PROBABLY, NO_SIGN, HURTS = "helps", "probably helps", "no sign", "hurts"
BETTER = (HELPS, PROBABLY)
WORTH = 0.005
"""A difference below half a point (0.005 of other units) is no reason to change anything."""
MOSTLY = 0.8
"""Share of the splits that have to agree where a gain is only probable."""
ALL_OF = 10
"""Splits from which agreement of all of them is a sign by itself."""
LIKELY_LEVEL = 0.9
SAME = 1e-12
"""Differences of rounding."""
POWER = 0.8


@dataclass(frozen=True)
class Comparison:
    """How much better ``name`` is than ``against`` by ``metric``; positive is better."""

    name: str
    against: str
    metric: str
    gain: Estimate
    """With the 95 % interval that holds for all comparisons made at once."""
    error: float
    """Standard error of the gain, corrected for splits that share training samples."""
    alone: Estimate
    """With the 90 % interval of this comparison alone."""
    better: int
    """Splits in which it is better."""
    worse: int
    splits: int
    comparisons: int
    detectable: float
    """The smallest gain that would have been at least probable with a probability of 80 %."""

    @property
    def word(self) -> str:
        """``helps``, ``probably helps``, ``no sign`` or ``hurts``."""
        if abs(self.gain.mean) < WORTH:
            return NO_SIGN
        up = self.gain.mean > 0
        if self.gain.clear:
            return HELPS if up else HURTS
        agree = self.better if up else self.worse
        all_agree = agree == self.splits >= ALL_OF
        if self.splits and agree / self.splits >= MOSTLY and (self.alone.clear or all_agree):
            return PROBABLY if up else HURTS
        return NO_SIGN

    def sentence(self) -> str:
        """ "+9.8 points (95 % interval −0.3 to +19.9), better in 10 of 10 splits"."""
        if math.isnan(self.gain.low):
            return f"{signed(self.gain.mean, self.metric)} in the only split"
        return (
            f"{interval(self.gain, self.metric)}, better in {self.better} of {self.splits} splits"
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "method": self.name,
            "against": self.against,
            "metric": self.metric,
            "word": self.word,
            "gain": self.gain.to_dict(),
            "comparisons": self.comparisons,
            "standard_error": self.error,
            "alone": self.alone.to_dict(),
            "better": self.better,
            "worse": self.worse,
            "splits": self.splits,
            "detectable": self.detectable,
        }


def compare(
    pilot: Pilot, name: str, against: str, metric: str | None = None, *, comparisons: int = 1
) -> Comparison:
    """Compare two trials by a metric (the pilot's), as one of ``comparisons``."""
    metric = pilot.metric if metric is None else metric
    differences = pilot.differences(name, metric, against)
    if not len(differences):
        nothing = Estimate(math.nan, math.nan, math.nan)
        return Comparison(
            name, against, metric, nothing, math.nan, nothing, 0, 0, 0, comparisons, math.nan
        )  # fmt: skip
    zero = np.zeros(len(differences))
    return Comparison(
        name=name,
        against=against,
        metric=metric,
        gain=paired(differences, zero, overlap=pilot.overlap, comparisons=comparisons),
        error=standard_error(differences, overlap=pilot.overlap),
        alone=paired(differences, zero, overlap=pilot.overlap, level=LIKELY_LEVEL),
        better=int((differences > SAME).sum()),
        worse=int((differences < -SAME).sum()),
        splits=len(differences),
        comparisons=comparisons,
        detectable=detectable(differences, overlap=pilot.overlap, level=LIKELY_LEVEL, power=POWER),
    )


def value(pilot: Pilot, name: str, metric: str) -> Estimate:
    """A trial's mean over the splits that can measure it, with its 95 % interval; else NaN."""
    values = pilot.trial(name).values[metric]
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Estimate(math.nan, math.nan, math.nan)
    found = paired(finite, np.zeros(len(finite)), overlap=pilot.overlap)
    if not METRICS[metric].share:
        return Estimate(found.mean, max(found.low, 0.0), found.high)
    return Estimate(found.mean, max(found.low, 0.0), min(found.high, 1.0))


def mean(pilot: Pilot, name: str, metric: str) -> float:
    """A trial's mean over the splits that can measure it; NaN if none can."""
    return value(pilot, name, metric).mean


def ranked(pilot: Pilot, metric: str, names: Sequence[str]) -> list[str]:
    """Names from the best to the worst mean; of equal ones the simplest first."""
    sign = 1.0 if METRICS[metric].lower_is_better else -1.0
    measured = [n for n in names if not math.isnan(mean(pilot, n, metric))]
    return sorted(
        measured, key=lambda n: (sign * mean(pilot, n, metric), pilot.trial(n).simplicity)
    )


def tied(pilot: Pilot, names: Sequence[str]) -> tuple[str, ...]:
    """Those of ``names`` that tie with the best by the pilot's metric, the best included.

    They fall short of it by at most one standard error of the difference (the rule of Breiman et
    al. 1984, *Classification and Regression Trees*) or by less than `WORTH`, and no other is
    better than them, clearly or probably.
    """
    order = ranked(pilot, pilot.metric, names)
    n = max(len(order) - 1, 1)
    kept = []
    for name in order:
        others = [compare(pilot, o, name, comparisons=n) for o in order if o != name]
        short = next((c for c in others if c.name == order[0]), None)
        near = short is None or short.gain.mean < WORTH or not short.gain.mean > short.error
        if near and not any(c.word in BETTER for c in others):
            kept.append(name)
    return tuple(kept)


def figure(value: float, metric: str) -> str:
    """A value of a metric: "83.0 %" or, of one that is no share, "0.412".

    >>> figure(0.83, "accuracy"), figure(0.4121, "log_loss")
    ('83.0 %', '0.412')
    """
    if math.isnan(value):
        return "–"
    return f"{100 * value:.1f} %" if METRICS[metric].share else f"{value:.3f}"


def signed(value: float, metric: str) -> str:
    """A difference: "+9.8 points" or "+0.031".

    >>> signed(0.098, "accuracy"), signed(-0.031, "log_loss")
    ('+9.8 points', '-0.031')
    """
    return f"{100 * value:+.1f} points" if METRICS[metric].share else f"{value:+.3f}"


def interval(estimate: Estimate, metric: str) -> str:
    """A difference with its interval.

    >>> interval(Estimate(0.098, -0.003, 0.199), "accuracy")
    '+9.8 points (95 % interval -0.3 to +19.9)'
    """
    scale, form = (100, "+.1f") if METRICS[metric].share else (1, "+.3f")
    low, high = (format(scale * end, form) for end in (estimate.low, estimate.high))
    level = f"{100 * estimate.level:.3g} % interval"
    return f"{signed(estimate.mean, metric)} ({level} {low} to {high})"


def lowered(title: str) -> str:
    """A title inside a sentence; abbreviations stay.

    >>> lowered("Macro F1"), lowered("AUPRC")
    ('macro F1', 'AUPRC')
    """
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def power_of(compared: Comparison) -> str:
    """ "These 10 splits would have shown a gain of 4.1 points or more with …"."""
    if math.isnan(compared.detectable):
        return "One split cannot tell how large a gain has to be to show."
    smallest = signed(compared.detectable, compared.metric).lstrip("+")
    return (
        f"These {compared.splits} splits would have shown a gain of {smallest} or more, as "
        f"“{PROBABLY}” at least, with a probability of {100 * POWER:.0f} %."
    )
