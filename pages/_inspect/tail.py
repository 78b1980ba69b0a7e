"""The tail on the page: figures with their meaning, charts with a table each, references."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.report.charts import tail_charts
from harmony_core.inspection.report.document import all_figures, class_rows
from harmony_core.inspection.tail.class_counts import BETA
from harmony_core.inspection.tail.figures import FIGURES, SEVERAL, SHIFT, TAIL, Figure
from harmony_core.inspection.tail.figures.imbalance_factor import IMBALANCE_FACTOR
from harmony_core.inspection.tail.groups import BOUNDS, GROUPS
from harmony_core.inspection.tail.references import COMPARED, nearest, references

from .._shared.markdown import spoken
from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.widgets import set_widget

RULE, LOW, HIGH = "inspect-of-rule", "inspect-of-low", "inspect-of-high"
SHARPNESS, TOP, ORDER = "inspect-of-beta", "inspect-of-top", "inspect-of-order"
RULES = {"usual": "Usual", "own": "My bounds"}
ORDERS = {"largest": "Largest first", "rarest": "Rarest first"}
BETAS = (0.9, 0.99, 0.999, 0.9999, 0.99999)
SECTIONS = {SHIFT: "From training to test", SEVERAL: "Several labels per sample"}
ROWS = 200
"""Classes in the table on the page."""


def bounds() -> tuple[float, float] | None:
    """The visitor's own bounds of head and tail, or ``None`` for the usual ones."""
    if st.session_state.get(RULE) != "own":
        return None
    low = float(st.session_state.get(LOW, BOUNDS[0]))
    return low, max(float(st.session_state.get(HIGH, BOUNDS[1])), low - 1)


def beta() -> float:
    """β of the effective number of samples."""
    return float(st.session_state.get(SHARPNESS, BETA))


def tail_section(found: Inspection) -> None:
    """Everything about the class counts."""
    st.header("How long is the tail?", anchor=False)
    st.markdown(_sentence(found))
    figures = all_figures(found)
    known = [FIGURES[name] for name in figures]
    cards(figures, [f for f in known if f.section == TAIL and f.card])
    _settings(found)
    for section, title in SECTIONS.items():
        if shown := [f for f in known if f.section == section]:
            st.subheader(title, anchor=False)
            cards(figures, shown)
    ranks, groups, *lorenz = tail_charts(found, theme())
    chart(*ranks, "inspect-chart-ranks")
    _class_table(found)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(*groups, "inspect-chart-groups")
        with st.expander("Head, medium and tail as a table"):
            _group_table(found)
    for drawn in lorenz:
        with right:
            chart(*drawn, "inspect-chart-lorenz")
            with st.expander("Lorenz curve as a table"):
                _lorenz_table(found)
    with st.expander("All figures, what they are and what they mean"):
        _figure_table(figures)
    _references(figures)


def cards(values: dict[str, float], figures: list[Figure]) -> None:
    """Figures as cards: value, definition, meaning."""
    drawn = "".join(
        f"<div><dt>{html.escape(f.title)}</dt>"
        f'<dd class="value">{html.escape(f.show(values[f.name]))}</dd>'
        f"<dd>{html.escape(f.definition)}</dd>"
        f'<dd class="meaning">{html.escape(f.meaning)}</dd></div>'
        for f in figures
    )
    st.html(f'<dl class="measures">{drawn}</dl>')


def chart(title: str, words: str, figure: Any, key: str) -> None:
    """A chart with its title and a sentence on what it shows."""
    st.subheader(title, anchor=False)
    st.caption(spoken(words))
    st.plotly_chart(figure, theme=None, key=key, config={"displaylogo": False})


def _sentence(found: Inspection) -> str:
    f = found.tail.figures
    if f["classes_present"] == 1:
        return "There is **one class** only, so there is nothing to tell apart."
    groups = found.tail.groups
    if groups.rule == "even":
        return (
            f"All **{f['classes_present']:,.0f} classes** have the same size. There is no tail, "
            "and no method for long tails is needed."
        )
    tail = groups.classes[2]
    close = nearest(f["imbalance_factor"]).name
    times = IMBALANCE_FACTOR.show(f["imbalance_factor"]).removesuffix(" ×")
    return (
        f"The largest class has **{times} times** as many samples as the "
        f"smallest; {tail:,} of {f['classes_present']:,.0f} classes {'is' if tail == 1 else 'are'} "
        f"in the tail, with **{groups.shares[2]:.1%}** of the samples. Among the reference data "
        f"sets, {close} is closest in imbalance factor."
    )


def _settings(found: Inspection) -> None:
    classes = int(found.tail.figures["classes_present"])
    with st.container(
        horizontal=True, gap="medium", vertical_alignment="bottom", key="inspect-settings"
    ):
        if st.session_state.get(RULE) not in RULES:
            set_widget(RULE, "usual")
        st.segmented_control(
            "Head, medium, tail",
            list(RULES),
            key=RULE,
            format_func=RULES.__getitem__,
            required=True,
            help=f"Usual: more than {BOUNDS[1]} samples is head, fewer than {BOUNDS[0]} is tail; "
            "thirds of the classes where this would leave a group empty.",
        )
        if st.session_state.get(RULE) == "own":
            st.number_input("Tail: fewer than", 1, 10**9, BOUNDS[0], step=1, key=LOW, width=150)
            st.number_input("Head: more than", 1, 10**9, BOUNDS[1], step=1, key=HIGH, width=150)
        if SHARPNESS not in st.session_state:
            set_widget(SHARPNESS, BETA)
        st.selectbox(
            "β of the effective number",
            BETAS,
            key=SHARPNESS,
            format_func=lambda b: f"{b:g}",
            width=200,
            help=(
                "The nearer to 1, the less the samples are assumed to overlap, and the closer "
                "the weights come to one over the class size."
            ),
        )
        if classes > 1:
            top = int(
                st.number_input(
                    "Largest classes to add up", 1, classes, min(3, classes), step=1, key=TOP,
                    width=170,
                )
            )  # fmt: skip
            share = found.tail.top_share(top)
            st.html(
                f'<p class="top-share" role="status">The {top:,} most frequent classes hold '
                f"<b>{share:.1%}</b> of the samples.</p>"
            )
    st.caption(found.tail.groups.sentence)


def _class_table(found: Inspection) -> None:
    rows = class_rows(found)
    with st.expander("Class sizes as a table"):
        if len(rows) > ROWS:
            if st.session_state.get(ORDER) not in ORDERS:
                set_widget(ORDER, "largest")
            order = st.segmented_control(
                f"{ROWS} of {len(rows):,} classes; the CSV below has all",
                list(ORDERS),
                key=ORDER,
                format_func=ORDERS.__getitem__,
                required=True,
            )
            rows = rows[:ROWS] if order == "largest" else rows[: -ROWS - 1 : -1]
        splits = found.contents.labels.splits
        head = ["Class", "Samples", "Share", "Group", "Effective samples"]
        head += list(splits) if len(splits) > 1 else []
        table(
            "Class sizes",
            head,
            [
                (
                    row["name"],
                    cells(
                        [
                            f"{row['count']:,}",
                            f"{row['share']:.2%}",
                            row["group"],
                            f"{row['effective_samples']:,.1f}",
                            *(f"{row['split'][s]:,}" for s in splits if len(splits) > 1),
                        ]
                    ),
                )
                for row in rows
            ],
        )


def _group_table(found: Inspection) -> None:
    groups = found.tail.groups
    table(
        "Head, medium and tail",
        ["Group", "Classes", "Share of the samples"],
        [
            (name, cells([f"{groups.classes[g]:,}", f"{groups.shares[g]:.1%}"]))
            for g, name in enumerate(GROUPS)
        ],
    )


def _lorenz_table(found: Inspection) -> None:
    classes, held = found.tail.lorenz()
    tenths = np.linspace(0, 1, 11)
    shares = np.interp(tenths, classes, held)
    table(
        "Lorenz curve",
        ["Rarest classes", "hold of the samples"],
        [(f"{a:.0%}", cells([f"{b:.1%}"])) for a, b in zip(tenths, shares, strict=True)],
    )


def _figure_table(figures: dict[str, float]) -> None:
    table(
        "All figures of the tail",
        ["Figure", "Value", "What it is", "What it means for training"],
        [
            (
                FIGURES[name].title,
                [
                    f"<td>{html.escape(FIGURES[name].show(value))}</td>",
                    f'<td class="words">{html.escape(FIGURES[name].defined)}</td>',
                    f'<td class="words">{html.escape(FIGURES[name].meaning)}</td>',
                ],
            )
            for name, value in figures.items()
        ],
    )


def _references(figures: dict[str, float]) -> None:
    st.subheader("Compared with reference data sets", anchor=False)
    st.caption("The same figures where the source gives class sizes; a dash where it does not.")
    own: list[tuple[str, list[str]]] = [
        ("Your data", cells([*(FIGURES[n].show(figures.get(n)) for n in COMPARED), ""]))
    ]
    known = [
        (
            r.name,
            [
                *cells([FIGURES[n].show(r.figures.get(n)) for n in COMPARED]),
                f'<td class="words">{html.escape(f"{r.source}; {r.basis}")}</td>',
            ],
        )
        for r in references()
    ]
    head = ["Data set", *(FIGURES[n].title for n in COMPARED), "Source"]
    table("Reference data sets", head, [*own, *known])
