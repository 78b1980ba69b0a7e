"""What an experiment showed, in two plain sentences made from its own numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..arrays import Array
from .summary import MethodSummary, comparisons

FIGURE = "balanced_accuracy"
NAME = "balanced accuracy"


def takeaway(summaries: Sequence[MethodSummary], train_counts: Array) -> str:
    """The best method by its last epoch, how sure that is, and what it does for the rare classes.

    Methods whose distance rounds to 0.0 points count as a tie. ``train_counts``
    (c,) tells whether there are rare classes at all. Empty without results.

    >>> import numpy as np
    >>> from harmony_core.analysis.summary import SeedValues
    >>> def made(label, all_, head, tail):
    ...     values = {"balanced_accuracy": all_, "head": head, "tail": tail}
    ...     return MethodSummary(label, {k: SeedValues((v,)) for k, v in values.items()}, ())
    >>> methods = [made("A", 0.8, 0.99, 0.5), made("B", 0.9, 0.95, 0.8)]
    >>> said = takeaway(methods, np.array([9, 1])).split(". ")
    >>> said[0]
    'On one seed, B ends with the highest balanced accuracy, 90.0 %, 10.0 points above A'
    >>> said[1]
    'One seed cannot tell a gain from luck'
    """
    ready = [s for s in summaries if not math.isnan(s[FIGURE].mean)]
    if not ready:
        return ""
    repeats = len(ready[0][FIGURE].values)
    where = "On one seed" if repeats == 1 else f"Over {repeats} seeds"
    ranked = sorted(ready, key=lambda s: -s[FIGURE].mean)
    top = ranked[0]
    leaders = [s for s in ready if _points(top, s) == "0.0"]
    least, most = _percent(min(leaders, key=lambda s: s[FIGURE].mean)), _percent(top)
    level = f"{most} %" if least == most else f"{least} to {most} %"
    if len(ready) == 1:
        said = f"{where}, {top.label} ends at {_percent(top)} % {NAME}."
    elif len(leaders) == len(ready):
        said = f"{where}, all methods end at {level} {NAME}: a tie."
    elif len(leaders) > 1:
        said = f"{where}, {_names(leaders)} tie at the highest {NAME}, {level}."
    else:
        second = ranked[1]
        gap = f"{_points(top, second)} points above {second.label}"
        said = f"{where}, {top.label} ends with the highest {NAME}, {_percent(top)} %, {gap}. "
        said += _certainty(ready, repeats)
    uneven = len(set(train_counts.tolist())) > 1
    if uneven and ready[0] not in leaders:
        said += _beside(leaders[0], ready[0])
    elif uneven and len(ready) == 1 and not math.isnan(top["tail"].mean + top["head"].mean):
        said += (
            f" It recognises {top['head'].percent()} % of the most frequent classes and "
            f"{top['tail'].percent()} % of the rarest."
        )
    return said


def _certainty(ready: Sequence[MethodSummary], repeats: int) -> str:
    if repeats == 1:
        return "One seed cannot tell a gain from luck."
    if comparisons(ready, FIGURE)[0].clear:
        return "The difference is clear: its 95 % interval is above 0."
    return "That is no clear difference: its 95 % interval includes 0."


def _beside(top: MethodSummary, first: MethodSummary) -> str:
    """What the best method gains and loses by group of classes, beside the first method."""
    tail, head = (top[name].mean - first[name].mean for name in ("tail", "head"))
    if math.isnan(tail + head):
        return ""
    return (
        f" Compared with {first.label}, {top.label} recognises {_change(tail)} of the rarest "
        f"classes and {_change(head)} of the most frequent ones."
    )


def _change(gain: float) -> str:
    points = f"{100 * abs(gain):.1f}"
    if points == "0.0":
        return "as much"
    return f"{points} points {'more' if gain > 0 else 'less'}"


def _points(top: MethodSummary, other: MethodSummary) -> str:
    """How far ``other`` is below ``top``, in points."""
    return f"{100 * (top[FIGURE].mean - other[FIGURE].mean):.1f}"


def _percent(summary: MethodSummary) -> str:
    return f"{100 * summary[FIGURE].mean:.1f}"


def _names(summaries: Sequence[MethodSummary]) -> str:
    labels = [summary.label for summary in summaries]
    return f"{', '.join(labels[:-1])} and {labels[-1]}"
