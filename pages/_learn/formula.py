"""The formula under the microscope: from cross-entropy to the harmonized loss, step by step."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.explain.switched import (
    FIRST,
    FORMULAS,
    Switched,
    instructive_samples,
    switched,
)
from harmony_core.lessons.course.microscope import (
    caption,
    density_table,
    histogram,
    losses_table,
    sample_name,
)
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.words import MICROSCOPE
from harmony_core.plots.style import METHOD_COLORS

from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri


def microscope(outcome: Outcome) -> None:
    """Choose a sample and a loss; see its formula and where the sample is in the density."""
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    samples = instructive_samples(scene, frame)
    if not samples:
        return
    with st.container(border=True, key="lesson-microscope"):
        st.header("The formula under the microscope", anchor=False)
        st.markdown(MICROSCOPE)
        sample = st.selectbox(
            "Sample",
            samples,
            key="learn-sample",
            format_func=lambda i: sample_name(scene, frame, i, samples),
        )
        name = st.segmented_control(
            "Loss",
            list(FORMULAS),
            default=FIRST,
            key="learn-loss",
            required=True,
            format_func=lambda name: FORMULAS[name].title,
        )
        seen = {one: switched(one, scene, frame, int(sample)) for one in FORMULAS}
        chosen = seen[str(name)]
        st.markdown(chosen.formula.summary)
        st.latex(chosen.latex)
        st.caption(caption(chosen))
        st.html(_histogram(chosen))
        _table(chosen, seen)


def _histogram(one: Switched) -> str:
    """Samples by difficulty as bars, the sample's region marked, with a text alternative."""
    colors = METHOD_COLORS[theme()]
    svg, words = histogram(one, colors[2], colors[1])
    return (
        f'<figure class="lesson-density"><img src="{svg_uri(svg)}" alt="{html.escape(words)}">'
        f"<figcaption>{html.escape(words)} Height is the square root of the count.</figcaption>"
        "</figure>"
    )


def _table(chosen: Switched, seen: dict[str, Switched]) -> None:
    with st.expander("All five losses and the density as tables"):
        for one in (losses_table(seen), density_table(chosen)):
            table(one.caption, one.head, [(name, cells(texts)) for name, texts in one.rows])
