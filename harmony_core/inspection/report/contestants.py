"""The table of the pilot's contestants, which the page, the report and the shell show alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.intervals import Estimate
from ..pilot.comparison import mean, ranked, value
from ..pilot.contestants.spec import FAMILIES
from ..pilot.metrics import METRICS
from ..pilot.pilot import JUDGED_WITHIN, Pilot
from ..pilot.remedies import remedies
from ..pilot.trial import Trial
from ..pilot.verdict import Recommendation
from ..tail.groups import GROUPS

if TYPE_CHECKING:
    from ..analyse import Inspection

FAMILY_TITLES = {
    "linear": "Linear models", "forest": "Random forests", "boosting": "Gradient boosting",
    "network": "Small networks", "backbone": "Pretrained networks",
}  # fmt: skip
SHOWN = (
    "balanced_accuracy", "accuracy", "macro_f1", "tail", "tail_precision", "auprc", "ece",
)  # fmt: skip
BEST, ADVISED = "◆", "★"
LOOKED_AT = 4
"""Contestants whose recalls are shown unless others are chosen."""
LEGEND = f"{BEST} best of its column, {ADVISED} advised"


@dataclass(frozen=True)
class Row:
    """One contestant, in the order of families and of simplicity."""

    trial: Trial
    family: str
    """Title of its family."""
    advised: bool
    word: str
    """What it does against the same model without the remedy; ``""`` for that itself."""
    better: str
    """ "9 of 10" splits better than that."""
    figures: dict[str, Estimate]
    """By metric, with the 95 % interval."""
    best: frozenset[str]
    """Metrics in which no other is better."""
    note: str
    """``not settled``, or which row it is the same as."""


def contestant_rows(
    pilot: Pilot, advice: Recommendation | None, metrics: Sequence[str] = ()
) -> list[Row]:
    """All trials, the rows of one family together, with some metrics or those that are shown."""
    metrics = metrics or shown_metrics(pilot)
    names = [t.name for t in pilot.distinct]
    top = {m: mean(pilot, best[0], m) for m in metrics if (best := ranked(pilot, m, names))}
    steps = {c.name: c for c in remedies(pilot)}
    rows = []
    for t in sorted(pilot.trials, key=lambda t: (_place(t.family), t.simplicity)):
        figures = {m: value(pilot, t.name, m) for m in metrics}
        step = steps.get(t.name)
        note = "" if t.settled else "not settled"
        if t.same_as:
            note = f"same as {pilot.trial(t.same_as).label}"
        rows.append(
            Row(
                trial=t,
                family=family_title(t.family),
                advised=advice is not None and t.name == advice.method,
                word="" if step is None else step.word,
                better="" if step is None else f"{step.better} of {step.splits}",
                figures=figures,
                best=frozenset(m for m, v in top.items() if figures[m].mean == v),
                note=note,
            )
        )
    return rows


def shown_metrics(pilot: Pilot) -> tuple[str, ...]:
    """The metrics that the table shows, that which decides first."""
    measured = pilot.metrics()
    return tuple(m for m in dict.fromkeys((pilot.metric, *SHOWN)) if m in measured)


def family_title(family: str) -> str:
    """Of a group of rows."""
    return FAMILY_TITLES.get(family, family.capitalize())


def cell(row: Row, metric: str) -> str:
    """ "◆ 83.0 (79.1–86.9)"."""
    marked = f"{BEST} " if metric in row.best else ""
    return marked + span(row.figures[metric], metric)


def span(estimate: Estimate, metric: str) -> str:
    """A value with its interval, without its unit: "83.0 (79.1–86.9)"."""
    if math.isnan(estimate.mean):
        return "–"
    scale, form = (100, ".1f") if METRICS[metric].share else (1, ".3f")
    text = format(scale * estimate.mean, form)
    if math.isnan(estimate.low):
        return text
    return f"{text} ({scale * estimate.low:{form}}–{scale * estimate.high:{form}})"


def column(metric: str) -> str:
    """The head of a metric's column."""
    m = METRICS[metric]
    return f"{m.title}, %" if m.share else m.title


def numbers(pilot: Pilot) -> str:
    """How many samples and splits the figures rest on."""
    sizes = pilot.tests.sum(axis=1)
    if not len(sizes):
        return "No split was finished."
    low, high = int(sizes.min()), int(sizes.max())
    n = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return (
        f"Mean and 95 % interval over {pilot.splits} split{'s' if pilot.splits != 1 else ''} with "
        f"{n} test samples each, {int(pilot.tested.sum()):,} different ones in all; "
        f"{pilot.described}; {pilot.seconds:.0f} s."
    )


def recall_rows(
    pilot: Pilot, names: Sequence[str], most: int
) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Head and rows of the recall by class under some contestants, the rarest class first.

    Every recall has Wilson's 95 % interval for the number of different test samples.
    """
    head = ["Class", "Samples", "Tested", "Group"]
    head += [f"{pilot.trial(name).label}, %" for name in names]
    rows = []
    for c in np.argsort(pilot.counts, kind="stable")[:most].tolist():
        n = int(pilot.tested[c])
        few = " (few)" if n < JUDGED_WITHIN else ""
        cells = [f"{pilot.totals[c]:,}", f"{n:,}{few}", GROUPS[pilot.groups[c]]]
        for name in names:
            share = float(pilot.trial(name).recall[c])
            low, high = pilot.recall_interval(name, c)
            shown = f"{100 * share:.0f} ({100 * low:.0f}–{100 * high:.0f})"
            cells.append("–" if math.isnan(share) else shown)
        rows.append((pilot.names[c], cells))
    return head, rows


def default_names(found: Inspection) -> tuple[str, ...]:
    """Contestants to look at first: the advised one, what it is compared with, and the best."""
    pilot, advice = found.pilot, found.recommendation
    assert pilot is not None
    known = {t.name for t in pilot.distinct}
    wanted = [] if advice is None else [advice.method, advice.against, advice.loss]
    wanted += ranked(pilot, pilot.metric, [t.name for t in pilot.distinct])
    kept = [name for name in dict.fromkeys(wanted) if name in known]
    return tuple(kept[:LOOKED_AT])


def small_tests(pilot: Pilot) -> str:
    """The warning for classes with few test samples, or ``""``."""
    few = pilot.too_few
    if not few:
        return ""
    return (
        f"Fewer than {JUDGED_WITHIN} different test samples in {len(few)} of {len(pilot.names)} "
        "classes: their recall is known to ±18 points at best."
    )


def as_text(pilot: Pilot, advice: Recommendation | None) -> list[str]:
    """The table for a terminal: in percent, means only."""
    rows = contestant_rows(pilot, advice)
    if not rows:
        return ["No method finished."]
    metrics = shown_metrics(pilot)[:5]
    width = max(len(r.trial.label) for r in rows) + 2
    heads = [METRICS[m].title.lower() for m in metrics]
    lines = [f"{'pilot':<{width}}" + "".join(f"{h:>{len(h) + 3}}" for h in heads)]
    family = ""
    for row in rows:
        if row.family != family:
            family = row.family
            lines.append(family)
        cells = []
        for m, head in zip(metrics, heads, strict=True):
            mark = BEST if m in row.best else ""
            shown = mark + span(_bare(row.figures[m]), m)
            cells.append(f"{shown:>{len(head) + 3}}")
        name = f"{ADVISED if row.advised else ' '} {row.trial.label}"
        said = " ".join(part for part in (row.word, row.note) if part)
        lines.append(f"{name:<{width}}{''.join(cells)}  {said}".rstrip())
    lines.append(f"({LEGEND}; in %, words against the same model without the remedy)")
    lines.append(numbers(pilot))
    if warning := small_tests(pilot):
        lines.append(f"Note: {warning}")
    return [*lines, *(f"Note: {note}" for note in pilot.notes)]


def _bare(estimate: Estimate) -> Estimate:
    return Estimate(estimate.mean, math.nan, math.nan)


def _place(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)
