"""Gains over the baseline: the picture whose points open the Arena, and the same as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from harmony_core.analysis.accuracy import LOWER_IS_BETTER
from harmony_core.plots.studies import forest
from harmony_core.studies.comparison import Comparison
from harmony_core.studies.sentences import NATS, amount, bounds, figure_title
from harmony_core.studies.statistics import PARTS, Statistics

from .._shared.markdown import literal
from .._shared.tables import cells, table
from .._shared.theme import theme
from .arena_link import ARENA, arena_link
from .chosen import Chosen

POOLED = "Mean over settings"
CONFIG = {"displaylogo": False, "displayModeBar": False}
_CLICKS = "evidence clicks"


def gains(chosen: Chosen) -> None:
    """The gain of each method in each setting, the mean over settings on top."""
    statistics = chosen.statistics
    study = statistics.study
    st.header(f"Gain over {literal(study.baseline)}", anchor=False)
    at_once = f" for all {statistics.family} comparisons at once" if statistics.family > 1 else ""
    less = " Less is better; a gain is what is less." if study.figure in LOWER_IS_BETTER else ""
    _caption(
        f"{figure_title(study.figure)}: mean paired difference over seeds. The 95 % intervals of "
        f"the settings hold{at_once}, those of the means over settings for all methods at once. "
        f"A filled marker’s interval excludes 0.{less} A point opens its experiment in the Arena, "
        "and so does its link in the table."
    )
    groups = [POOLED, *(s.title for s in study.settings if _compared(statistics, s.title))]
    found = {(c.setting or POOLED, c.method): c for c in _all(statistics)}
    clicks = st.session_state.setdefault(_CLICKS, 0)
    event = st.plotly_chart(
        _picture(groups, study.labels, study.baseline, found, alone=False),
        theme=None,
        key=f"evidence-gains-{chosen.name}-{study.figure}-{clicks}",
        config=CONFIG,
        on_select="rerun",
        selection_mode="points",
        alt=f"Gain over {study.baseline} by setting and method; the table below has its numbers.",
    )
    _follow(chosen, groups, found, event)
    rows = [
        (f"{name}: {label}", [*_cells(found[name, label]), _link(chosen, found[name, label])])
        for name in groups
        for label in study.labels
        if (name, label) in found
    ]
    with st.expander("The gains as a table, with links to the Arena"):
        table(
            f"Gain over {study.baseline} in {figure_title(study.figure).lower()}",
            ["Setting and method", "Gain", "95 % interval", "Better on", "Verdict", "In the Arena"],
            rows,
        )


def parts(chosen: Chosen) -> None:
    """In which part of the classes the gain is, as means over settings."""
    statistics = chosen.statistics
    study = statistics.study
    found = {(figure_title(c.figure), c.method): c for c in statistics.parts if not c.setting}
    groups = [figure_title(figure) for figure in PARTS]
    groups = [name for name in groups if any(name == group for group, _ in found)]
    if not groups:
        return
    st.header("Where the gain is", anchor=False)
    _caption(
        f"Mean gain over {study.baseline} in the recall of each part, over the settings that have "
        "it; each 95 % interval for itself. Hard parts hold at most a fifth of their class: some "
        "can be learned, others overlap with another class. Choose hard parts above to see the "
        "settings one by one, and how far each is off the best boundary to see what that costs."
    )
    st.plotly_chart(
        _picture(groups, study.labels, study.baseline, found, alone=True),
        theme=None,
        key="evidence-parts",
        config=CONFIG,
        alt="Gain in recall of head, medium, tail and hard parts; the table below has its numbers.",
    )
    rows = [
        (f"{name}: {label}", _cells(found[name, label], alone=True))
        for name in groups
        for label in study.labels
        if (name, label) in found
    ]
    with st.expander("The parts as a table"):
        table(
            f"Where the gain over {study.baseline} is",
            ["Part and method", "Gain", "95 % interval", "Better on", "Verdict"],
            rows,
        )


def _all(statistics: Statistics) -> list[Comparison]:
    return [c for c in (*statistics.pooled, *statistics.comparisons) if c.seeds]


def _compared(statistics: Statistics, setting: str) -> bool:
    return any(c.setting == setting and c.seeds for c in statistics.comparisons)


def _picture(
    groups: Sequence[str],
    labels: Sequence[str],
    baseline: str,
    found: dict[tuple[str, str], Comparison],
    *,
    alone: bool,
) -> go.Figure:
    methods = _others(labels, baseline)
    values = np.full((3, len(groups), len(methods)), np.nan)
    for g, name in enumerate(groups):
        for m, label in enumerate(methods):
            if comparison := found.get((name, label)):
                interval = comparison.gain if alone else comparison.simultaneous
                values[:, g, m] = interval.mean, interval.low, interval.high
    nats = any(c.figure == NATS for c in found.values())
    mean, low, high = values
    unit = "nats" if nats else "points"
    return forest(groups, methods, mean, low, high, baseline, theme(), unit)


def _others(labels: Sequence[str], baseline: str) -> list[str]:
    return [label for label in labels if label != baseline]


def _follow(
    chosen: Chosen,
    groups: Sequence[str],
    found: dict[tuple[str, str], Comparison],
    event: object,
) -> None:
    """Open the experiment of a point that was clicked."""
    selection = event.get("selection", {}) if isinstance(event, dict) else {}
    methods = _others(chosen.statistics.study.labels, chosen.statistics.study.baseline)
    for point in selection.get("points", []):
        m, g = point.get("curve_number", -1), point.get("point_index", -1)
        if not (0 <= m < len(methods) and 0 <= g < len(groups)):
            continue
        comparison = found.get((groups[g], methods[m]))
        link = arena_link(chosen, comparison) if comparison else None
        if link is not None:
            st.session_state[_CLICKS] += 1  # the picture forgets the click
            st.switch_page(ARENA, query_params=link.query)


def _cells(found: Comparison, *, alone: bool = False) -> list[str]:
    interval = found.gain if alone else found.simultaneous
    digits = 1 if found.setting else 2
    told = "–" if np.isnan(interval.low) else bounds(interval, found.figure, digits)
    ties = f", {found.ties} tied" if found.ties else ""
    clear = "better" if interval.low > 0 else "worse" if interval.high < 0 else ""
    verdict = (clear or "no clear difference") if found.seeds > 1 else "one seed"
    seeds = f"{found.wins} of {found.seeds} seed{'' if found.seeds == 1 else 's'}{ties}"
    return cells([amount(found.gain.mean, found.figure, digits), told, seeds, verdict])


def _link(chosen: Chosen, found: Comparison) -> str:
    link = arena_link(chosen, found)
    if link is None:
        return "<td>–</td>"
    name = f"Open {link.title} of {found.setting}, {found.method}, in the Arena"
    return (
        f'<td><a href="{html.escape(link.address)}" aria-label="{html.escape(name)}">'
        f"Open {html.escape(link.title)}</a></td>"
    )


def _caption(text: str) -> None:
    st.html(f'<p class="note">{html.escape(text)}</p>')
