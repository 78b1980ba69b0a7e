"""What every remedy brings to its model, and what it changes beside the metric that decides."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from .comparison import Comparison, compare, lowered, mean
from .metrics import METRICS
from .pilot import Pilot

PAID = ("accuracy", "macro_f1", "tail_precision", "auprc", "ece", "log_loss", "balanced_accuracy")
"""What a method may cost beside what it is chosen for, most telling first."""


@dataclass(frozen=True)
class Change:
    """A metric under the advised method, beside that of the method it is compared with."""

    metric: str
    before: float
    after: float
    word: str
    """``helps``, ``probably helps``, ``no sign`` or ``hurts``, for this metric alone."""

    def words(self) -> str:
        """ "accuracy 97.3 → 93.2 %"."""
        scale, form, unit = (100, ".1f", " %") if METRICS[self.metric].share else (1, ".3f", "")
        title = lowered(METRICS[self.metric].title)
        before, after = (
            "not defined" if math.isnan(v) else f"{scale * v:{form}}"
            for v in (self.before, self.after)
        )
        return f"{title} {before} → {after}{unit}"


def remedies(pilot: Pilot, metric: str | None = None) -> tuple[Comparison, ...]:
    """Every remedy against the same model without it, by a metric (the pilot's).

    The intervals hold for all remedies of a model at once. Networks that were not trained to the
    end are left out: what they show is how far training went.
    """
    pairs = [(t.name, plain_of(pilot, t.name)) for t in pilot.distinct if t.settled]
    found = [(name, plain) for name, plain in pairs if plain and pilot.trial(plain).settled]
    tried = Counter(plain for _, plain in found)
    return tuple(compare(pilot, n, p, metric, comparisons=tried[p]) for n, p in found)


def plain_of(pilot: Pilot, name: str) -> str:
    """Name of the same model without the remedy; ``""`` for itself, or if it did not finish."""
    found = pilot.plain(name)
    return "" if found is None or found.name == name else found.same_as or found.name


def changes_of(pilot: Pilot, advised: str, plain: str) -> tuple[Change, ...]:
    """Every other metric of the advised method, beside that of the same model without remedy."""
    if not plain:
        return ()
    measured = pilot.metrics()
    return tuple(
        Change(
            metric, mean(pilot, plain, metric), mean(pilot, advised, metric),
            compare(pilot, advised, plain, metric).word,
        )
        for metric in PAID
        if metric in measured and metric != pilot.metric
    )  # fmt: skip
