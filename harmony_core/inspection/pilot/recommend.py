"""A recommendation from what the pilot measured.

A method is recommended only if its gain in balanced accuracy is clear on this data: the interval
over the seeds, widened for the number of methods compared, lies above 0. Otherwise there is no
clear winner, and the advice is to keep cross-entropy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.intervals import Estimate
from ...readers.messages import listed
from .pilot import Pilot
from .training import BASE

if TYPE_CHECKING:
    from ..quality import Quality
    from ..tail.statistics import Tail

WORTH = 0.005
"""A gain below half a point is no reason to change anything, however clear."""


@dataclass(frozen=True)
class Recommendation:
    """The verdict and its reasons."""

    verdict: str
    """``method``, ``collect`` or ``no_clear_winner``."""
    method: str
    """The label of the method to use."""
    headline: str
    reasons: tuple[str, ...]
    too_few: tuple[str, ...] = ()
    """Classes that have too few samples to be judged."""
    gains: dict[str, Estimate] = field(default_factory=dict)
    """Of the method over cross-entropy, by figure."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "verdict": self.verdict,
            "method": self.method,
            "headline": self.headline,
            "reasons": list(self.reasons),
            "too_few_to_judge": list(self.too_few),
            "gains": {name: gain.to_dict() for name, gain in self.gains.items()},
        }

    def sentences(self) -> list[str]:
        """As lines of text."""
        return [self.headline, *self.reasons]


def recommend(pilot: Pilot, tail: Tail, quality: Quality | None = None) -> Recommendation:
    """Read the pilot: which method, if any, and whether more samples would help more."""
    others = [t.label for t in pilot.trials if t.label != BASE]
    gains = {
        label: pilot.gain(label, "balanced_accuracy", comparisons=len(others)) for label in others
    }
    winners = [label for label, g in gains.items() if g.low > 0 and g.mean >= WORTH]
    too_few = (*pilot.too_few, *pilot.left_out)
    reasons: list[str] = []
    if winners:
        best = max(winners, key=lambda label: gains[label].mean)
        verdict, headline = "method", _choice(pilot, best)
        reasons.append(
            f"In balanced accuracy that is {gains[best].points()} over {pilot.seeds} seeds; the "
            f"interval holds for {len(others)} comparisons at once."
        )
        pairs = max(1, math.comb(len(others), 2))  # any of them could have come out best
        alike = [
            label for label in others
            if label != best
            and not pilot.gain(best, "balanced_accuracy", label, comparisons=pairs).clear
        ]  # fmt: skip
        if alike:
            reasons.append(f"Not clearly different from it: {', '.join(alike)}.")
    else:
        best, verdict = BASE, "no_clear_winner"
        headline = "No clear winner: stay with cross-entropy."
        top = max(others, key=lambda label: gains[label].mean)
        reasons.append(
            f"The best other method, {top}, comes to {gains[top].points()} in balanced accuracy."
        )
        if "tail" in pilot.figures():
            reasons.append(f"On the tail that is {pilot.gain(top, 'tail').points()}.")
    collect = _collect(pilot, best)
    if collect is not None:
        verdict, headline, reasons = "collect", collect, [headline, *reasons]
    elif pilot.curve is not None and pilot.curve.next.mean < WORTH:
        reasons.append(
            "The learning curve of the tail is flat: more samples would bring it little now."
        )
    elif pilot.curve is not None:
        reasons.append(
            f"Twice the samples of the tail ({pilot.curve.samples:,} more) would bring its recall "
            f"about {pilot.curve.next.points()}, by the learning curve."
        )
    if quality is not None:
        reasons += noise(quality, tail)
    if too_few:
        reasons.append(f"Too few samples to judge: {listed(too_few)}.")
    figures = {name: pilot.gain(best, name) for name in pilot.figures()} if best != BASE else {}
    return Recommendation(verdict, best, headline, tuple(reasons), too_few, figures)


def _choice(pilot: Pilot, best: str) -> str:
    """ "Choose X: +a points on the tail, costs d on the head." """
    figures = pilot.figures()
    if "tail" not in figures or "head" not in figures:
        return f"Choose {best}: {pilot.gain(best, 'balanced_accuracy').points()}."
    on_tail, on_head = pilot.gain(best, "tail"), pilot.gain(best, "head")
    head = 100 * on_head.mean
    cost = f"costs {-head:.1f} on the head" if head < -0.05 else f"{head:+.1f} on the head"
    return f"Choose {best}: {on_tail.points()} on the tail, {cost}."


def _collect(pilot: Pilot, best: str) -> str | None:
    """The advice to collect more, if doubling the tail clearly beats what any loss brings."""
    curve = pilot.curve
    if curve is None or curve.next.low <= 0 or curve.next.mean < 2 * WORTH:
        return None
    brought = max(float(pilot.gain(t.label, "tail").mean) for t in pilot.trials if t.label != BASE)
    if curve.next.low <= max(brought, 0.0):
        return None
    rare = [pilot.names[c] for c in np.flatnonzero(pilot.groups == 2)]
    return (
        f"Collect more of these classes: {listed(rare)}. The learning curve says {curve.samples:,} "
        f"more samples would bring their recall {curve.next.points()}, more than any loss "
        f"({100 * max(brought, 0.0):+.1f})."
    )


def noise(quality: Quality, tail: Tail) -> list[str]:
    """Whether rare means noisy, in the words of the suspect labels."""
    groups = tail.groups.of_class
    finding = quality.findings.get("suspects")
    if finding is None:
        return []
    rare, frequent = groups == 2, groups == 0
    if finding.checked[rare].sum() < 20 or finding.checked[frequent].sum() < 20:
        return []
    in_tail, in_head = quality.share("suspects", rare), quality.share("suspects", frequent)
    if in_tail > 2 * in_head and finding.counts[rare].sum() >= 5:
        return [
            f"Rare means noisy here: {in_tail:.1%} of the judged labels in the tail are suspect, "
            f"{in_head:.1%} in the head. Weights on the tail also apply to these; check them first."
        ]
    return []
