"""What came out of an experiment: the figures of each method, and who is ahead of whom."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from harmony_core.analysis.seeds import sentences
from harmony_core.analysis.summary import (
    TITLES,
    MethodSummary,
    SeedValues,
    best,
    shown_figures,
    summarise,
)
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from .._shared.labels import count
from .._shared.messages import spoken
from .._shared.tables import table

SHOTS = {
    "many_shot": "Many-shot (over 100)",
    "medium_shot": "Medium-shot (20 to 100)",
    "few_shot": "Few-shot (under 20)",
}


def results(record: ExperimentRecord) -> None:
    """The summary over the finished repeats, and notes on the data."""
    scenes, summaries = _summaries(record)
    if scenes:
        _summary_table(record, summaries)
        for note in scenes[-1].notes:
            st.caption(note)


def _summaries(record: ExperimentRecord) -> tuple[list[Scene], list[MethodSummary]]:
    """The last recorded epoch of the finished repeats, or of the first one begun."""
    runs = store()
    last = {r: runs.epochs(record.id, r) for r in range(record.config.seeds.repeats)}
    done = [r for r, epochs in last.items() if epochs and epochs[-1] >= record.config.epochs]
    chosen = done or [r for r, epochs in last.items() if epochs][:1]
    scenes = [runs.scene(record.id, r) for r in chosen]
    frames = [runs.frames(record.id, r, last[r][-1]) for r in chosen]
    return scenes, summarise(scenes, frames, method_labels(record.config.methods))


def _summary_table(record: ExperimentRecord, summaries: list[MethodSummary]) -> None:
    repeats = len(summaries[0]["balanced_accuracy"].values)
    if record.state == "done":
        st.subheader(f"After {count(record.config.epochs, 'epoch')}, on balanced test data")
    else:
        st.subheader("So far, on balanced test data")
    if repeats == 1:
        st.caption(
            "A single seed: differences of a point or two may be luck. "
            "Set Repeats above 1 to see a spread."
        )
    else:
        st.caption(f"Mean ± standard deviation over {count(repeats, 'repeat')} with other seeds.")
    heads = {name: TITLES[name].removesuffix(" %") for name in shown_figures(summaries)}
    _table("Results by method, in percent", heads, summaries)
    st.caption("Head, medium and tail are thirds of the classes by rank. By training samples:")
    groups = {
        name: text
        for name, text in SHOTS.items()
        if not any(math.isnan(summary[name].mean) for summary in summaries)
    }
    _table("Recall by training samples of the class, in percent", groups, summaries)
    said = sentences(summaries)
    if repeats > 1:
        said += sentences(summaries, "tail")
    st.markdown("\n".join(f"- {spoken(sentence)}" for sentence in said))


def _table(title: str, heads: Mapping[str, str], summaries: list[MethodSummary]) -> None:
    """Figures by method, the best of each column in bold; ``heads`` by the figures' names."""
    leading = {name: best(summaries, name) for name in heads}
    rows = [
        (summary.label, [_cell(summary[name], best=m in leading[name]) for name in heads])
        for m, summary in enumerate(summaries)
    ]
    table(title, ["Method, in %", *heads.values()], rows, marks=True)


def _cell(figure: SeedValues, *, best: bool) -> str:
    mean, _, spread = figure.percent().partition(" ± ")
    extra = f' <span class="spread">± {spread}</span>' if spread else ""
    opening = '<td class="best">' if best else "<td>"
    return f"{opening}{mean}{extra}</td>"
