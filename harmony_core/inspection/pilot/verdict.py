"""What to use, read from the pilot: how sure that is, what it costs, and what else there is.

Contestants tie if they come within one standard error of the best and no other is better than
them, clearly or probably (`comparison`); of these the simplest is advised. A loss is advised only
where the network is worth training: no simpler contestant is better than the best network, clearly
or probably, and the networks were trained to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.intervals import Estimate
from ...readers.messages import listed
from .comparison import (
    BETTER,
    HURTS,
    WORTH,
    Comparison,
    compare,
    figure,
    lowered,
    mean,
    ranked,
    tied,
)
from .loss_advice import loss_advice
from .metrics import METRICS
from .pilot import Pilot
from .reasons import (
    how_sure,
    labels,
    more_samples,
    not_compared,
    what_else,
    what_it_costs,
    which_rows,
)
from .remedies import Change, changes_of, plain_of, remedies

if TYPE_CHECKING:
    from ..quality import Quality
    from ..tail.statistics import Tail

HEARD = 3
"""Costs that stand in the headline; all are in the reasons."""


@dataclass(frozen=True)
class Recommendation:
    """The verdict and its reasons."""

    verdict: str
    """``method``: a remedy for the tail; ``plain``: none is needed; ``collect``: more samples of
    the tail would bring more; ``none``: nothing could be compared."""
    method: str
    """Name of the contestant to use (`contestants.CONTESTANTS`); ``""`` if there is none."""
    headline: str
    """The advice with its gain and what it costs."""
    reasons: tuple[str, ...]
    too_few: tuple[str, ...] = ()
    """Classes that have too few samples to be judged."""
    gains: dict[str, Estimate] = field(default_factory=dict)
    """Of the method over ``against``, by metric."""
    label: str = ""
    """The method's title."""
    against: str = ""
    """Name of what it is compared with: the same model without the remedy, or its best rival."""
    word: str = ""
    """What the method does against it: ``helps``, ``probably helps``, ``no sign``, ``hurts``."""
    changes: tuple[Change, ...] = ()
    """Every other metric beside that of the same model without the remedy."""
    loss: str = ""
    """Name of the network to train if it is to be a network; ``""`` where nothing is advised."""
    tied: tuple[str, ...] = ()
    """Names of the contestants that tie with the best."""
    comparisons: tuple[Comparison, ...] = ()
    """Of every remedy with the same model without it."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "verdict": self.verdict,
            "method": self.method,
            "label": self.label,
            "headline": self.headline,
            "reasons": list(self.reasons),
            "word": self.word,
            "against": self.against,
            "loss": self.loss or None,
            "tied": list(self.tied),
            "changes": [
                {"metric": c.metric, "before": c.before, "after": c.after, "word": c.word}
                for c in self.changes
            ],
            "comparisons": [c.to_dict() for c in self.comparisons],
            "too_few_to_judge": list(self.too_few),
            "gains": {name: gain.to_dict() for name, gain in self.gains.items()},
        }

    def sentences(self) -> list[str]:
        """As lines of text."""
        return [self.headline, *self.reasons]


def recommend(pilot: Pilot, tail: Tail, quality: Quality | None = None) -> Recommendation:
    """Read the pilot by its metric: what to use, and whether more samples would help more."""
    judged = tuple(t for t in pilot.distinct if t.settled)
    names = ranked(pilot, pilot.metric, tuple(t.name for t in judged))
    too_few = (*pilot.too_few, *pilot.untested, *pilot.left_out)
    if not names:
        return _nothing(pilot, too_few)
    best, alike = names[0], tied(pilot, names)
    advised = min(alike, key=lambda name: pilot.trial(name).simplicity)
    plain = plain_of(pilot, advised)
    steps = {c.name: c for c in remedies(pilot)}
    against = plain or _rival(names, advised)
    compared = _against(pilot, advised, against, steps, len(names))
    changes = changes_of(pilot, advised, plain)
    headline = _headline(pilot, advised, best, compared if plain else None, changes)
    loss, about_loss = loss_advice(pilot, advised, steps)
    collect = _collect(pilot, advised, plain)
    more = [] if collect is not None else more_samples(pilot)
    others = [*what_else(pilot, advised, alike, names), *about_loss, *more]
    reasons = [
        *how_sure(pilot, advised, plain, compared),
        *what_it_costs(pilot, advised, plain, changes),
        *([f"What else could I do? {' '.join(others)}"] if others else []),
        *which_rows(pilot, advised, tail, quality, too_few),
        *not_compared(pilot),
    ]
    verdict = "method" if pilot.trial(advised).remedy else "plain"
    if collect is not None:
        verdict, headline, reasons = "collect", collect, [headline, *reasons]
    measured = [compare(pilot, advised, against, m) for m in pilot.metrics()] if against else []
    return Recommendation(
        verdict, advised, headline, tuple(reasons), too_few,
        {c.metric: c.gain for c in measured if c.splits},
        label=pilot.trial(advised).label, against=against,
        word=compared.word if compared is not None else "", changes=changes, loss=loss,
        tied=alike, comparisons=tuple(steps.values()),
    )  # fmt: skip


def _rival(names: list[str], advised: str) -> str:
    """The best of the others."""
    return next((name for name in names if name != advised), "")


def _against(
    pilot: Pilot, advised: str, against: str, steps: dict[str, Comparison], n: int
) -> Comparison | None:
    if not against:
        return None
    step = steps.get(advised)
    if step is not None and step.against == against:
        return step
    return compare(pilot, advised, against, comparisons=max(n - 1, 1))


def _title(pilot: Pilot) -> str:
    return lowered(METRICS[pilot.metric].title)


def _headline(
    pilot: Pilot,
    advised: str,
    best: str,
    compared: Comparison | None,
    changes: tuple[Change, ...],
) -> str:
    """ "Use X. It helps: a, +b points over X without it. It costs c." """
    trial, metric = pilot.trial(advised), pilot.metric
    reached = f"{METRICS[metric].title} {figure(mean(pilot, advised, metric), metric)}"
    if best != advised:
        top = figure(mean(pilot, best, metric), metric)
        near = f"the simplest that ties with the best, {pilot.trial(best).label} ({top})"
    else:
        near = "the best of all" + ("" if pilot.settled else " that were trained to the end")
    if compared is None:
        remedy = "" if trial.remedy else ", without a remedy for the tail"
        if len(pilot.distinct) == 1:
            return f"Use {trial.label}{remedy}. {reached}; nothing else was compared."
        return (
            f"Use {trial.label}{remedy}. {reached}, {near}; nothing else that was tried is clearly "
            "or probably better."
        )
    plain = pilot.trial(compared.against).label
    if compared.word in BETTER:
        said = f"It {compared.word}: {lowered(reached)}, {compared.sentence()} against {plain}."
    else:
        said = f"{reached}, {near}; against {plain}, {compared.sentence()}: {compared.word}."
    lost = [change for change in changes if change.word == HURTS]
    rest = len(lost) - HEARD
    more = f" and {rest} more" if rest > 0 else ""
    price = (
        f"It costs: {', '.join(c.words() for c in lost[:HEARD])}{more}."
        if lost
        else "It costs nothing that was measured."
    )
    return f"Use {trial.label}. {said} {price}"


def _nothing(pilot: Pilot, too_few: tuple[str, ...]) -> Recommendation:
    open_ended = [t for t in pilot.trials if not t.settled]
    why = (
        f"in the time given, the training loss had not settled for {labels(open_ended)}"
        if open_ended
        else f"no method finished within {pilot.options.budget:.0f} s"
    )
    return Recommendation(
        "none", "", f"No advice: {why}. Give the pilot more time.", tuple(not_compared(pilot)),
        too_few,
    )  # fmt: skip


def _collect(pilot: Pilot, advised: str, plain: str) -> str | None:
    """The advice to collect more, if doubling the tail clearly beats what the remedy brings."""
    curve = pilot.curve
    if curve is None or curve.next.low <= 0 or curve.next.mean < 2 * WORTH:
        return None
    brought = 0.0
    if plain and "tail" in pilot.metrics():
        brought = max(pilot.gain(advised, "tail", plain).mean, 0.0)
    if curve.next.low <= brought:
        return None
    rare = [pilot.names[c] for c in np.flatnonzero(pilot.groups == 2)]
    return (
        f"Collect more of these classes: {listed(rare)}. The learning curve says {curve.samples:,} "
        f"more samples would bring their recall {curve.next.points()}, more than the remedy "
        f"({100 * brought:+.1f})."
    )
