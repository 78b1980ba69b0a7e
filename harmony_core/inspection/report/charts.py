"""The charts of an inspection, each with a title and a sentence; the report and the page draw them.

Axes: c classes, from the largest to the smallest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...plots import pilot as trial_plots
from ...plots import tail as tail_plots
from ..pilot.training import BASE
from ..tail.figures.gini import lorenz_curve
from ..tail.references import nearest

if TYPE_CHECKING:
    from ..analyse import Inspection

FIT_TITLES = {"power_law": "power law", "exponential": "exponential"}
MOST_ROWS = 100
"""Classes in the picture of the gradient density, spread over the ranking."""


def charts(found: Inspection, theme: str = "light") -> list[tuple[str, str, Any]]:
    """(title, sentence, Plotly figure) of everything there is to draw."""
    return [*tail_charts(found, theme), *pilot_charts(found, theme)]


def tail_charts(found: Inspection, theme: str = "light") -> list[tuple[str, str, Any]]:
    """Sizes by rank, head, medium and tail, and, of several classes, the Lorenz curve."""
    drawn = [_ranks(found, theme), _groups(found, theme)]
    if found.tail.figures["classes_present"] > 1:
        drawn.append(_lorenz(found, theme))
    return drawn


def pilot_charts(found: Inspection, theme: str = "light") -> list[tuple[str, str, Any]]:
    """Gains, recall by class and gradient density, if there was a pilot."""
    if found.pilot is None:
        return []
    return [_gains(found, theme), _recalls(found, theme), _density(found, theme)]


def _ranks(found: Inspection, theme: str) -> tuple[str, str, Any]:
    tail, labels = found.tail, found.contents.labels
    order = tail.order[: int(tail.figures["classes_present"])]
    ranks = np.arange(1, len(order) + 1)
    fits = {
        f"{FIT_TITLES[fit.form]} (R² {fit.r_squared:.2f})": fit.sizes(ranks)
        for fit in tail.fits or ()
    }
    unit = "objects" if found.contents.kind == "annotations" else "samples"
    figure = tail_plots.rank_frequency(
        tail.counts[order],
        [labels.names[c] for c in order.tolist()],
        tail.groups.of_class[order],
        fits=fits,
        unit=unit,
        theme=theme,
    )
    words = {
        "neither": "Neither a power law nor an exponential describes these sizes.",
        "both": "A power law and an exponential describe these sizes equally well.",
        "power_law": "The sizes fall like a power law, as in most data collected in the wild.",
        "exponential": "The sizes fall exponentially, as in the CIFAR-LT benchmarks.",
    }
    return "Class sizes by rank", words[tail.better_fit], figure


def _groups(found: Inspection, theme: str) -> tuple[str, str, Any]:
    groups = found.tail.groups
    figure = tail_plots.group_shares(groups.classes, groups.shares, theme)
    return "Head, medium, tail", groups.sentence, figure


def _lorenz(found: Inspection, theme: str) -> tuple[str, str, Any]:
    curves = {found.contents.name[:40]: found.tail.lorenz()}
    reference = nearest(found.tail.figures["imbalance_factor"])
    if reference.counts is not None:
        curves[reference.name] = lorenz_curve(reference.counts)
    words = (
        f"The rarer half of the classes holds {found.tail.figures['rare_half_share']:.1%} of the "
        "samples; the further the curve sags, the longer the tail."
    )
    return "Lorenz curve", words, tail_plots.lorenz(curves, theme)


def _gains(found: Inspection, theme: str) -> tuple[str, str, Any]:
    pilot = found.pilot
    assert pilot is not None
    methods = [t.label for t in pilot.trials if t.label != BASE]
    figures = {}
    for name in pilot.figures():
        estimates = [pilot.gain(label, name) for label in methods]
        mean, low, high = np.array([(e.mean, e.low, e.high) for e in estimates]).T
        figures[name] = (mean, low, high)
    words = (
        f"Gain of each method over {BASE} on held-out samples, with its 95 % interval over "
        f"{pilot.seeds} seeds."
    )
    return "The pilot: what each method gains", words, trial_plots.gains(methods, figures, theme)


def _recalls(found: Inspection, theme: str) -> tuple[str, str, Any]:
    pilot = found.pilot
    assert pilot is not None
    order = np.argsort(-pilot.counts, kind="stable")
    recalls = {t.label: t.recall[order] for t in pilot.trials}
    names = [pilot.names[c] for c in order.tolist()]
    few = (
        f" For {len(pilot.too_few)} classes, recall is known to ±25 points at best."
        if pilot.too_few
        else ""
    )
    words = f"Share of each class's held-out samples that is recognised, over all seeds.{few}"
    return "The pilot: recall of each class", words, trial_plots.class_recall(names, recalls, theme)


def _density(found: Inspection, theme: str) -> tuple[str, str, Any]:
    pilot = found.pilot
    assert pilot is not None
    order = np.argsort(-pilot.counts, kind="stable")
    if len(order) > MOST_ROWS:
        order = order[np.linspace(0, len(order) - 1, MOST_ROWS).astype(int)]
    figure = trial_plots.gradient_density(
        [pilot.names[c] for c in order.tolist()], pilot.trial(BASE).density[order], theme
    )
    words = (
        f"Where the training samples of each class lie between easy and hard under {BASE}, in the "
        "last epoch: in the tail, mass on the right means classes that are not learned yet."
    )
    return "The pilot: gradient density", words, figure
