"""The charts of the tail, each with a title and a sentence; the report and the page draw them.

Axes: c classes, from the largest to the smallest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...plots import tail as tail_plots
from ..tail.figures.gini import lorenz_curve
from ..tail.references import nearest
from .pilot_charts import pilot_charts

if TYPE_CHECKING:
    from ..analyse import Inspection

FIT_TITLES = {"power_law": "power law", "exponential": "exponential"}


def charts(found: Inspection, theme: str = "light") -> list[tuple[str, str, Any]]:
    """(title, sentence, Plotly figure) of everything there is to draw."""
    return [*tail_charts(found, theme), *pilot_charts(found, theme)]


def tail_charts(found: Inspection, theme: str = "light") -> list[tuple[str, str, Any]]:
    """Sizes by rank, head, medium and tail, and, of several classes, the Lorenz curve."""
    drawn = [_ranks(found, theme), _groups(found, theme)]
    if found.tail.figures["classes_present"] > 1:
        drawn.append(_lorenz(found, theme))
    return drawn


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
