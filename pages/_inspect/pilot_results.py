"""What a pilot found: every method in figures, charts by metric, recalls, and costs of errors."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.pilot.comparison import interval, lowered
from harmony_core.inspection.pilot.metrics import METRICS
from harmony_core.inspection.pilot.pilot import Pilot
from harmony_core.inspection.pilot.remedies import remedies
from harmony_core.inspection.report.contestants import (
    ADVISED,
    BEST,
    LEGEND,
    Row,
    column,
    contestant_rows,
    default_names,
    numbers,
    recall_rows,
    shown_metrics,
    small_tests,
    span,
)
from harmony_core.inspection.report.pilot_charts import (
    contestants_chart,
    density_chart,
    gains_chart,
    recall_chart,
)

from .._shared.markdown import spoken
from .._shared.tables import cells, grouped_table, table
from .._shared.theme import theme
from .._shared.widgets import set_widget
from .cost_matrix import cost_section
from .tail import chart

METRIC, NAMES = "inspect-of-metric", "inspect-of-contestants"
CLASSES = 100
BANDS = 5
MOST = 8
"""Methods in the chart of recalls: as many as there are colours."""
QUESTIONS = (
    "**How sure?** The intervals and “better in k of n splits” say it; the words *helps*, "
    "*probably helps*, *no sign* and *hurts* follow from both. **What do I lose?** The other "
    "columns. **What else could I do?** Every other row, and more samples. **Which rows?** The "
    "classes with a low recall below, and the suspect labels under “Is the tail clean?”."
)


def pilot_results(found: Inspection, pilot: Pilot) -> None:
    """Tables and charts of a pilot."""
    for note in pilot.notes:
        st.caption(spoken(note))
    if warning := small_tests(pilot):
        st.warning(spoken(warning), icon=":material/warning:")
    if not pilot.trials:
        return
    st.subheader("The pilot in figures", anchor=False)
    _contestants(found, pilot)
    st.caption(spoken(f"{numbers(pilot)} {LEGEND}."))
    st.caption(QUESTIONS)
    _settings(pilot)
    metric = _metric(pilot)
    chart(*contestants_chart(found, metric, theme()), "inspect-chart-contestants")
    gains = gains_chart(pilot, metric, theme())
    if gains is not None:
        chart(*gains, "inspect-chart-gains")
        with st.expander("Gains as a table"):
            _gain_table(pilot, metric)
    _curve(pilot)
    _recalls(found, pilot)
    density = density_chart(pilot, theme())
    if density is not None:
        chart(*density, "inspect-chart-density")
        with st.expander("Gradient density as a table"):
            _density_table(pilot)
    with st.container(key="inspect-costs"):
        cost_section(pilot)


def _contestants(found: Inspection, pilot: Pilot) -> None:
    metrics = shown_metrics(pilot)
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for row in contestant_rows(pilot, found.recommendation):
        said = ", ".join(part for part in (row.word, row.better) if part)
        shown = [_cell(row, metric) for metric in metrics]
        name = f"{ADVISED} {row.trial.label}" if row.advised else row.trial.label
        name += f" ({row.note})" if row.note else ""
        first, *rest = shown
        groups.setdefault(row.family, []).append((name, [first, *cells([said or "–"]), *rest]))
    titles = [column(m) for m in metrics]
    head = ["Method", titles[0], "Against no remedy", *titles[1:]]
    with st.container(key="inspect-contestants"):
        grouped_table("The pilot in figures", head, groups)


def _settings(pilot: Pilot) -> None:
    """How each method was trained, and how long that took."""
    with st.expander("Settings and time of each method"):
        rows = [
            (
                t.label,
                [f'<td class="words">{html.escape(t.recipe)}</td>', f"<td>{t.seconds:.1f}</td>"],
            )
            for t in pilot.trials
        ]
        table("Settings of the methods", ["Method", "Settings that were chosen", "Seconds"], rows)


def _cell(row: Row, metric: str) -> str:
    shown = span(row.figures[metric], metric)
    value, _, ends = shown.partition(" ")
    kind = ' class="best"' if metric in row.best else ""
    mark = f"{BEST} " if metric in row.best else ""
    spread = f' <span class="spread">{html.escape(ends)}</span>' if ends else ""
    return f"<td{kind}>{mark}{html.escape(value)}{spread}</td>"


def _metric(pilot: Pilot) -> str:
    """The metric that the charts show."""
    known = pilot.metrics()
    if st.session_state.get(METRIC) not in known:
        set_widget(METRIC, pilot.metric)
    metric = st.selectbox(
        "Charts by",
        known,
        key=METRIC,
        format_func=lambda name: METRICS[name].title,
        help="The advice is read from the figure that the pilot was run for.",
        width=320,
    )
    return str(metric)


def _gain_table(pilot: Pilot, metric: str) -> None:
    rows = [
        (
            pilot.trial(c.name).label,
            cells([interval(c.gain, metric), f"{c.better} of {c.splits}", c.word]),
        )
        for c in remedies(pilot, metric)
    ]
    title = f"Gain in {lowered(METRICS[metric].title)}"
    table(f"{title}, remedy by remedy", ["Method", title, "Better in", "In a word"], rows)


def _curve(pilot: Pilot) -> None:
    curve = pilot.curve
    if curve is None:
        return
    st.subheader("What would more samples of the tail bring?", anchor=False)
    rows = [
        (f"{share:.0%}", cells([f"{100 * row.mean():.1f}"]))
        for share, row in zip(curve.shares, curve.tail, strict=True)
    ]
    table(
        "Learning curve of the tail",
        ["Share of the tail’s samples", f"Recall of the tail under {curve.label}, %"],
        rows,
    )
    st.caption(
        spoken(
            f"The last doubling brought {curve.last.points()}; {curve.samples:,} more samples, one "
            f"doubling, are expected to bring {curve.next.points()}."
        )
    )


def _recalls(found: Inspection, pilot: Pilot) -> None:
    names = {t.name: t.label for t in pilot.distinct}
    if not set(st.session_state.get(NAMES) or ()) <= set(names) or NAMES not in st.session_state:
        set_widget(NAMES, list(default_names(found)))
    chosen = st.multiselect(
        "Methods whose recalls are shown",
        list(names),
        key=NAMES,
        format_func=names.__getitem__,
        max_selections=MOST,
    )
    shown = chosen or list(default_names(found))
    chart(*recall_chart(pilot, shown, theme()), "inspect-chart-recalls")
    with st.expander("Recall of each class as a table"):
        if len(pilot.names) > CLASSES:
            st.caption(f"The {CLASSES} rarest of {len(pilot.names):,} classes; the CSV has all.")
        head, rows = recall_rows(pilot, shown, CLASSES)
        table(
            "Recall of each class, rarest first", head, [(name, cells(row)) for name, row in rows]
        )


def _density_table(pilot: Pilot) -> None:
    assert pilot.density is not None
    order = np.argsort(pilot.counts, kind="stable")[:CLASSES]
    bands = pilot.density.reshape(len(pilot.density), BANDS, -1).sum(axis=2)
    rows = [
        (pilot.names[c], cells([f"{100 * share:.0f} %" for share in bands[c]]))
        for c in order.tolist()
    ]
    head = ["Class, rarest first"]
    head += [f"g {i / BANDS:.1f}–{(i + 1) / BANDS:.1f}" for i in range(BANDS)]
    table("Share of each class's samples by gradient norm", head, rows)
