"""What an experiment comes to: each method's figures over its repeats, and who is ahead of whom.

Only the final epoch counts, never the best one on the test set. Which method is best shows only
afterwards, so its comparisons with the others hold at once. Axes: c classes, r repeats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..frames import Frame, Scene
from .accuracy import frame_figures
from .intervals import mean_interval

Array = NDArray[Any]
FIGURES = ("balanced_accuracy", "head", "medium", "tail", "ece")
SHOT_FIGURES = ("many_shot", "medium_shot", "few_shot")
"""Recall of classes by training samples: more than 100, 20 to 100, fewer than 20."""
TITLES = {
    "balanced_accuracy": "Balanced accuracy %",
    "head": "Head %",
    "medium": "Medium %",
    "tail": "Tail %",
    "ece": "ECE %",
    "many_shot": "Many-shot %",
    "medium_shot": "Medium-shot %",
    "few_shot": "Few-shot %",
}


@dataclass(frozen=True)
class Figure:
    """One figure over repeats."""

    values: tuple[float, ...]
    """(r,) one a repeat."""

    @property
    def mean(self) -> float:
        return float(np.mean(self.values)) if self.values else math.nan

    @property
    def spread(self) -> float:
        """Sample standard deviation (n − 1); NaN for a single repeat."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else math.nan

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Student's t interval of the mean; NaN for a single repeat."""
        return mean_interval(self.values, level)

    def percent(self, digits: int = 1) -> str:
        """As in "74.4 ± 0.6"; the spread is left out for a single repeat."""
        if math.isnan(self.mean):
            return "–"
        text = f"{100 * self.mean:.{digits}f}"
        return text if math.isnan(self.spread) else f"{text} ± {100 * self.spread:.{digits}f}"


@dataclass(frozen=True)
class MethodSummary:
    """The figures of one method, by the names of `TITLES`, and its recall of each class."""

    label: str
    figures: dict[str, Figure]
    recall: tuple[Figure, ...]
    """(c,)"""

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]


def summarise(
    scenes: Sequence[Scene], frames: Sequence[Sequence[Frame]], labels: Sequence[str]
) -> list[MethodSummary]:
    """Scenes (r) and final frames (r, m) → one summary a method.

    Head, medium and tail are thirds of the classes by rank of their training counts. Without
    repeats the figures have no values.
    """
    for scene, row in zip(scenes, frames, strict=True):
        if len(row) != len(labels):
            raise DataError(
                f"Expected {len(labels)} frames of every repeat, but got {len(row)} for data with "
                f"{len(scene.class_names)} classes. Run the experiment again."
            )
    classes = len(scenes[0].class_names) if scenes else 0
    summaries = []
    for m, label in enumerate(labels):
        rows = [
            frame_figures(row[m], scene.train_counts)
            for scene, row in zip(scenes, frames, strict=True)
        ]
        summaries.append(
            MethodSummary(
                label,
                {name: Figure(tuple(row[name] for row in rows)) for name in TITLES},
                tuple(
                    Figure(tuple(float(row[m].recall[c]) for row in frames)) for c in range(classes)
                ),
            )
        )
    return summaries


@dataclass(frozen=True)
class Comparison:
    """Two methods on the same seeds, by balanced accuracy unless said otherwise."""

    better: str
    worse: str
    wins: int
    ties: int
    repeats: int
    difference: float
    """Mean of the paired differences, in [−1, 1]; not negative."""
    low: float
    high: float
    """Student's t interval of the mean difference; NaN for a single repeat."""
    pairs: int = 1
    """Of how many pairs all intervals hold at once with 95 %; 1 for a pair chosen in advance."""

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.low > 0

    def sentence(self) -> str:
        """The comparison in words, with its uncertainty."""
        seeds = f"{self.wins} of {self.repeats} seed{'s' if self.repeats != 1 else ''}"
        ties = f" ({self.ties} tied)" if self.ties else ""
        points = f"{100 * self.difference:.1f} points"
        if self.repeats == 1:
            if self.ties:
                return f"{self.better} and {self.worse} tie in the only seed."
            return (
                f"{self.better} is ahead of {self.worse} in 1 of 1 seed, by {points}; "
                "one seed cannot tell a gain from luck."
            )
        verb, end = ("beats", "") if self.clear else ("is ahead of", "; no clear difference")
        of = f"95 % interval for all {self.pairs} pairs at once:" if self.pairs > 1 else ""
        return (
            f"{self.better} {verb} {self.worse} in {seeds}{ties}, by {points} on average "
            f"({of or '95 % interval'} {100 * self.low:.1f} to {100 * self.high:.1f}){end}."
        )


def compare(
    a: MethodSummary, b: MethodSummary, figure: str = "balanced_accuracy", pairs: int = 1
) -> Comparison:
    """Pair ``a`` and ``b`` seed by seed; the one with the higher mean is named first.

    ``pairs`` widens the interval so that those of that many pairs hold together (Bonferroni).
    """
    if a[figure].mean < b[figure].mean:
        a, b = b, a
    first, second = (np.array(summary[figure].values) for summary in (a, b))
    if len(first) != len(second) or not len(first):
        raise DataError(
            "Expected two methods with the same repeats, at least one, "
            f"but got {len(first)} and {len(second)}. Finish the experiment first."
        )
    differences = first - second
    low, high = mean_interval(differences, 1 - 0.05 / pairs)
    return Comparison(
        a.label,
        b.label,
        wins=int((differences > 0).sum()),
        ties=int((differences == 0).sum()),
        repeats=len(differences),
        difference=float(differences.mean()),
        low=low,
        high=high,
        pairs=pairs,
    )


def comparisons(
    summaries: Sequence[MethodSummary], figure: str = "balanced_accuracy"
) -> list[Comparison]:
    """The best method against each of the others, best first; empty without results.

    Any method could have come out best, so the intervals hold for all pairs of methods at once. For
    the m − 1 pairs shown alone they would be too narrow: of four equal methods, one then beats
    another in about 7 % of experiments instead of at most 5 %.
    """
    ready = [s for s in summaries if s[figure].values]
    ranked = sorted(ready, key=lambda s: -s[figure].mean)
    pairs = math.comb(len(ranked), 2)
    return [compare(ranked[0], other, figure, pairs) for other in ranked[1:]]
