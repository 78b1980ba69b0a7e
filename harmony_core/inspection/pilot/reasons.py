"""The sentences after the headline: how sure, what else, what it costs, what was not compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...readers.messages import listed, quoted
from ..quality.noise import noise
from .comparison import (
    BETTER,
    NO_SIGN,
    WORTH,
    Comparison,
    compare,
    figure,
    lowered,
    mean,
    power_of,
    ranked,
)
from .contestants import CONTESTANTS
from .metrics import METRICS
from .pilot import Pilot
from .remedies import Change
from .trial import Trial

if TYPE_CHECKING:
    from ..quality import Quality
    from ..tail.statistics import Tail

NAMED = 5
"""Contestants that a sentence names."""
ERRORS = 3
"""Confusions of the tail that a sentence names."""


def how_sure(pilot: Pilot, advised: str, plain: str, compared: Comparison | None) -> list[str]:
    """The gain, its interval, and what would have shown."""
    if compared is None:
        return []
    if plain:
        n = compared.comparisons
        held = f"; the interval holds for all {n} remedies of this model at once" if n > 1 else ""
        return [f"How sure? {compared.sentence()}{held}. {power_of(compared)}"]
    rival = pilot.trial(compared.against).label
    other = compare(pilot, compared.against, advised, comparisons=compared.comparisons)
    return [
        f"How sure? Its best rival, {rival}, comes to {other.sentence()} against it "
        f"({other.word}). {power_of(other)}"
    ]


def what_else(pilot: Pilot, advised: str, tied: tuple[str, ...], names: list[str]) -> list[str]:
    """Ties, and what would be best by another metric."""
    said = []
    others = [n for n in tied if n != advised]
    if others:
        said.append(f"It ties with others, which are less simple: {_named(pilot, others)}.")
    for metric in ("accuracy", "macro_f1", "balanced_accuracy"):
        if metric == pilot.metric:
            continue
        top = next(iter(ranked(pilot, metric, names)), "")
        if not top or top == advised:
            continue
        found = compare(pilot, top, advised, metric, comparisons=max(len(names) - 1, 1))
        if found.word in BETTER:
            said.append(
                f"If {lowered(METRICS[metric].title)} counts more: {pilot.trial(top).label}, "
                f"{figure(mean(pilot, top, metric), metric)} against "
                f"{figure(mean(pilot, advised, metric), metric)}."
            )
    return said


def _named(pilot: Pilot, names: list[str]) -> str:
    shown = [
        f"{pilot.trial(n).label} ({figure(mean(pilot, n, pilot.metric), pilot.metric)})"
        for n in names[:NAMED]
    ]
    rest = len(names) - NAMED
    return "; ".join(shown) + (f"; and {rest} more" if rest > 0 else "")


def labels(trials: list[Trial]) -> str:
    """Titles for a sentence."""
    rest = len(trials) - NAMED
    shown = "; ".join(t.label for t in trials[:NAMED])
    return shown + (f"; and {rest} more" if rest > 0 else "")


def what_it_costs(pilot: Pilot, advised: str, plain: str, changes: tuple[Change, ...]) -> list[str]:
    """Every other metric before and after."""
    if not plain:
        return [
            "What do I lose? Not measured: what it is without the remedy did not finish."
            if pilot.trial(advised).remedy
            else "What do I lose? Nothing beside it, as no remedy is advised."
        ]
    parts = [f"{c.words()} ({c.word})" for c in changes]
    groups = [g for g in ("head", "medium", "tail") if g in pilot.metrics() and g != pilot.metric]
    parts += [
        Change(g, mean(pilot, plain, g), mean(pilot, advised, g), NO_SIGN).words() for g in groups
    ]
    against = pilot.trial(plain).label
    return [f"What do I lose? Against {against}: {'; '.join(parts)}."] if parts else []


def titles(names: Sequence[str]) -> list[str]:
    """Of contestants that have no trial."""
    return [CONTESTANTS[name].label if name in CONTESTANTS else name for name in names]


def not_compared(pilot: Pilot) -> list[str]:
    """Rows that are one, and what did not finish."""
    said = []
    for t in pilot.trials:
        if t.same_as:
            twin = pilot.trial(t.same_as).label
            said.append(f"{t.label} and {twin} are one row: {why_same(pilot, t)}.")
    if pilot.out_of_time:
        said.append(
            f"Not finished within {pilot.options.budget:.0f} s, so not compared: "
            f"{'; '.join(titles(pilot.out_of_time))}. Give the pilot more time to include them."
        )
    return said


def why_same(pilot: Pilot, trial: Trial) -> str:
    """Why a trial's results are another's to the last digit."""
    if len(np.unique(pilot.counts)) == 1:
        return "all classes have the same size, so there is nothing to balance"
    off = trial.confusion.sum(axis=0)
    if off.sum() == np.trace(off):
        return "both are right about every test sample, with the same probabilities"
    return "the remedy changed no answer and no probability on any split"


def which_rows(
    pilot: Pilot, advised: str, tail: Tail, quality: Quality | None, too_few: tuple[str, ...]
) -> list[str]:
    """What the tail is taken for, labels to check, and classes that cannot be judged alone."""
    said = _mistakes(pilot, advised)
    finding = None if quality is None else quality.findings.get("suspects")
    if quality is not None and finding is not None and finding.total:
        rare = int(finding.counts[tail.groups.of_class == 2].sum())
        said.append(
            f"{finding.total:,} labels are suspect, {rare:,} of them in the tail: check these "
            "before you train."
        )
        said += noise(quality, tail)
    if too_few:
        said.append(f"Too few test samples to judge alone: {listed(too_few)}.")
    return [f"Which rows? {' '.join(said)}"] if said else []


def _mistakes(pilot: Pilot, advised: str) -> list[str]:
    """What the classes of the tail are most often taken for."""
    confusion = pilot.trial(advised).confusion.sum(axis=0)
    tested = confusion.sum(axis=1)
    wrong = confusion * (1 - np.eye(len(confusion), dtype=np.int64))
    wrong[pilot.groups != 2] = 0
    order = np.argsort(-wrong, axis=None, kind="stable")[:ERRORS]
    taken = [
        f"{quoted(pilot.names[true], 40)} for {quoted(pilot.names[answer], 40)} "
        f"({100 * wrong[true, answer] / tested[true]:.0f} %)"
        for true, answer in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[true, answer]
    ]
    return [f"In the tail, it takes {', '.join(taken)}."] if taken else []


def more_samples(pilot: Pilot) -> list[str]:
    """What twice the samples of the tail would bring."""
    curve = pilot.curve
    if curve is None:
        return []
    if curve.next.mean < WORTH:
        return ["The learning curve of the tail is flat: more samples would bring it little now."]
    if curve.next.low <= 0:
        return [
            f"The learning curve cannot tell whether twice the samples of the tail "
            f"({curve.samples:,} more) would raise its recall: {curve.next.points()}."
        ]
    return [
        f"Twice the samples of the tail ({curve.samples:,} more) would bring its recall about "
        f"{curve.next.points()}, by the learning curve."
    ]
