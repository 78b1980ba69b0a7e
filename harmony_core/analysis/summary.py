"""The results of an experiment: each method's figures over its repeats, and comparisons.

The final epoch counts, never the best one on the test set. As the best method is known only
afterwards, the intervals of its comparisons with the others hold simultaneously. Axes: c classes,
r repeats, m methods.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..frames import Frame, Scene
from .accuracy import LOWER_IS_BETTER, frame_figures
from .intervals import mean_interval

FIGURES = ("balanced_accuracy", "head", "medium", "tail", "ece", "pdc", "auprc")
"""What tables show; `TITLES` has all figures."""
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
    "pdc": "PDC %",
    "auprc": "AUPRC %",
    "balanced_error": "Balanced error %",
}


@dataclass(frozen=True)
class SeedValues:
    """A figure of one method over repeats.

    >>> SeedValues((0.744, 0.750, 0.738)).percent()
    '74.4 ± 0.6'
    """

    values: tuple[float, ...]
    """(r,)"""

    @property
    def mean(self) -> float:
        """NaN without repeats."""
        return float(np.mean(self.values)) if self.values else math.nan

    @property
    def spread(self) -> float:
        """Sample standard deviation (n − 1); NaN for a single repeat."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else math.nan

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Student's t interval of the mean; NaN for a single repeat."""
        return mean_interval(self.values, level)

    def percent(self, digits: int = 1) -> str:
        """Mean ± spread in percent; without the spread for a single repeat, a dash for none."""
        if math.isnan(self.mean):
            return "–"
        text = f"{100 * self.mean:.{digits}f}"
        return text if math.isnan(self.spread) else f"{text} ± {100 * self.spread:.{digits}f}"


@dataclass(frozen=True)
class MethodSummary:
    """The figures of one method, by the names of `TITLES`, and its recall of each class."""

    label: str
    figures: dict[str, SeedValues]
    recall: tuple[SeedValues, ...]
    """(c,)"""

    def __getitem__(self, name: str) -> SeedValues:
        return self.figures[name]


def best(summaries: Sequence[MethodSummary], figure: str) -> set[int]:
    """Positions of the methods with the best mean by one figure; empty if none has a value.

    >>> a = MethodSummary("A", {"tail": SeedValues((0.5,)), "ece": SeedValues((0.1,))}, ())
    >>> b = MethodSummary("B", {"tail": SeedValues((0.7,)), "ece": SeedValues((0.2,))}, ())
    >>> best([a, b], "tail"), best([a, b], "ece")
    ({1}, {0})
    """
    sign = -1 if figure in LOWER_IS_BETTER else 1
    means = [sign * summary[figure].mean for summary in summaries]
    known = [mean for mean in means if not math.isnan(mean)]
    return {m for m, mean in enumerate(means) if known and mean == max(known)}


def shown_figures(summaries: Sequence[MethodSummary]) -> tuple[str, ...]:
    """`FIGURES` without PDC and AUPRC where no method has them.

    Frames of earlier versions lack AUPRC; where training and test set are equally uneven there is
    no PDC.
    """
    return tuple(
        name
        for name in FIGURES
        if name not in ("pdc", "auprc") or any(not math.isnan(s[name].mean) for s in summaries)
    )


def summarise(
    scenes: Sequence[Scene], frames: Sequence[Sequence[Frame]], labels: Sequence[str]
) -> list[MethodSummary]:
    """A summary of each method from scenes (r) and final frames (r, m).

    Head, medium and tail are thirds of the classes by rank of their training counts. Without
    repeats the figures have no values. Raises `DataError` if a repeat lacks the frame of a method.
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
        recalls = [row[m].recall for row in frames]
        summaries.append(
            MethodSummary(
                label,
                {name: SeedValues(tuple(row[name] for row in rows)) for name in TITLES},
                tuple(
                    SeedValues(tuple(float(recall[c]) for recall in recalls))
                    for c in range(classes)
                ),
            )
        )
    return summaries


@dataclass(frozen=True)
class Comparison:
    """Two methods on the same seeds, by one figure.

    >>> Comparison("A", "B", 3, 0, 3, difference=0.05, low=0.01, high=0.09).sentence()
    'A beats B in 3 of 3 seeds, by 5.0 points on average (95 % interval 1.0 to 9.0).'
    """

    better: str
    worse: str
    wins: int
    ties: int
    repeats: int
    difference: float
    """Mean of the paired differences in favour of ``better``; not negative."""
    low: float
    high: float
    """Student's t interval of the mean difference; NaN for a single repeat."""
    pairs: int = 1
    """How many pairs' intervals hold simultaneously with 95 %; 1 for a pair chosen in advance."""

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
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
    """Compare ``a`` and ``b`` seed by seed; the one with the better mean comes first.

    That is the higher one, or the lower one by a figure of `LOWER_IS_BETTER`.

    ``pairs`` widens the interval so that those of so many pairs hold simultaneously (Bonferroni).
    Raises `DataError` if they have different numbers of repeats, or none.

    >>> a = MethodSummary("A", {"tail": SeedValues((0.5, 0.6))}, ())
    >>> b = MethodSummary("B", {"tail": SeedValues((0.7, 0.7))}, ())
    >>> found = compare(a, b, "tail")
    >>> found.better, found.wins, round(found.difference, 3)
    ('B', 2, 0.15)
    """
    sign = -1 if figure in LOWER_IS_BETTER else 1
    if sign * a[figure].mean < sign * b[figure].mean:
        a, b = b, a
    first, second = (np.array(summary[figure].values) for summary in (a, b))
    if len(first) != len(second) or not len(first):
        raise DataError(
            "Expected two methods with the same repeats, at least one, "
            f"but got {len(first)} and {len(second)}. Finish the experiment first."
        )
    differences = sign * (first - second)
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
    """Compare the best method with each of the others, best first; empty without results.

    Any method could have been the best, so the intervals hold for all pairs of methods
    simultaneously. Intervals for the m − 1 pairs shown would be too narrow: of four equal methods,
    one would beat another in about 7 % of experiments, not in at most 5 %.
    """
    ready = [s for s in summaries if not math.isnan(s[figure].mean)]
    sign = -1 if figure in LOWER_IS_BETTER else 1
    ranked = sorted(ready, key=lambda s: -sign * s[figure].mean)
    pairs = math.comb(len(ranked), 2)
    return [compare(ranked[0], other, figure, pairs) for other in ranked[1:]]
