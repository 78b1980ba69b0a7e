"""The charts of a pilot, each with a title and a sentence; the report and the page draw them.

Axes: c classes, from the largest to the smallest; m contestants.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...plots import pilot as plots
from ..pilot.comparison import BETTER, lowered
from ..pilot.metrics import METRICS
from ..pilot.pilot import Pilot
from ..pilot.remedies import remedies
from .contestants import ADVISED, contestant_rows, default_names, family_title, small_tests

if TYPE_CHECKING:
    from ..analyse import Inspection

Chart = tuple[str, str, Any]
NAME = 14
"""Characters of a class name before its number of test samples."""
MOST_ROWS = 100
"""Classes in the picture of the gradient density, spread over the ranking."""


def pilot_charts(found: Inspection, theme: str = "light") -> list[Chart]:
    """All there are, by the metric that decided; none without a pilot."""
    pilot = found.pilot
    if pilot is None or not pilot.trials:
        return []
    drawn = [contestants_chart(found, pilot.metric, theme), gains_chart(pilot, pilot.metric, theme)]
    drawn += [recall_chart(pilot, default_names(found), theme), density_chart(pilot, theme)]
    return [chart for chart in drawn if chart is not None]


def contestants_chart(found: Inspection, metric: str, theme: str = "light") -> Chart:
    """Every contestant by a metric, the families together."""
    pilot = found.pilot
    assert pilot is not None
    rows = contestant_rows(pilot, found.recommendation, (metric,))
    scale = 100 if METRICS[metric].share else 1
    values = [row.figures[metric] for row in rows]
    mean, low, high = scale * np.array([(v.mean, v.low, v.high) for v in values]).T
    title = METRICS[metric].title
    names = [f"{ADVISED} {r.trial.label}" if r.advised else r.trial.label for r in rows]
    figure = plots.estimates(
        names,
        [row.family for row in rows],
        (mean, low, high),
        title=f"{lowered(title)}, %" if METRICS[metric].share else lowered(title),
        marked=[row.advised for row in rows],
        theme=theme,
    )
    less = " Less is better." if METRICS[metric].lower_is_better else ""
    words = (
        f"{METRICS[metric].help}{less} Mean over {pilot.splits} splits with its 95 % interval; "
        f"methods of one family have one colour and shape, and {ADVISED} marks what is advised. "
        "Intervals may overlap although one method is better in every split: see what each remedy "
        "brings."
    )
    return f"The pilot: every method, {lowered(title)}", words, figure


def gains_chart(pilot: Pilot, metric: str, theme: str = "light") -> Chart | None:
    """What each remedy brings to its model, by a metric; ``None`` if none finished."""
    steps = remedies(pilot, metric)
    if not steps:
        return None
    scale = 100 if METRICS[metric].share else 1
    mean, low, high = scale * np.array([(c.gain.mean, c.gain.low, c.gain.high) for c in steps]).T
    title = lowered(METRICS[metric].title)
    unit = ", points" if METRICS[metric].share else ""
    figure = plots.estimates(
        [f"{pilot.trial(c.name).label}: {c.word}, {c.better} of {c.splits}" for c in steps],
        [family_title(pilot.trial(c.name).family) for c in steps],
        (mean, low, high),
        title=f"gain in {title}{unit}",
        marked=[c.word in BETTER for c in steps],
        zero=True,
        theme=theme,
    )
    words = (
        "Gain of each remedy over the same model without it, split by split, right of 0 is "
        "better. The 95 % intervals hold for all remedies of a model at once; behind each word, in "
        "how many splits it is better. Bold: helps, or probably helps."
    )
    return f"The pilot: what each remedy brings, {title}", words, figure


def recall_chart(pilot: Pilot, names: Sequence[str], theme: str = "light") -> Chart:
    """Recall by class of some contestants, with Wilson's intervals."""
    order = np.argsort(-pilot.counts, kind="stable")
    labels = [pilot.trial(name).label for name in names]
    recalls = {pilot.trial(name).label: pilot.trial(name).recall[order] for name in names}
    intervals = {}
    for name, label in zip(names, labels, strict=True):
        ends = np.array([pilot.recall_interval(name, c) for c in order.tolist()])
        intervals[label] = (ends[:, 0], ends[:, 1])
    classes = [f"{_short(pilot.names[c])} ({pilot.tested[c]:,})" for c in order.tolist()]
    words = (
        "Share of each class's test samples that is recognised, over all splits, with Wilson's "
        "95 % interval for the number of different test samples, which stands behind the name. "
        f"{small_tests(pilot)}"
    ).strip()
    return "The pilot: recall of each class", words, plots.class_recall(
        classes, recalls, intervals, theme
    )  # fmt: skip


def density_chart(pilot: Pilot, theme: str = "light") -> Chart | None:
    """Gradient density of the classes under cross-entropy, if a network was trained with it."""
    if pilot.density is None:
        return None
    order = np.argsort(-pilot.counts, kind="stable")
    if len(order) > MOST_ROWS:
        order = order[np.linspace(0, len(order) - 1, MOST_ROWS).astype(int)]
    names = [pilot.names[c] for c in order.tolist()]
    figure = plots.gradient_density(names, pilot.density[order], theme)
    words = (
        "Where the training samples of each class lie between easy and hard under a network with "
        "cross-entropy, in the last epoch: in the tail, mass on the right means classes that are "
        "not learned yet."
    )
    return "The pilot: gradient density", words, figure


def _short(name: str) -> str:
    """A class name that leaves room for the number behind it."""
    return name if len(name) <= NAME else name[: NAME - 1] + "…"
