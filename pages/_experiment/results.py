"""What came out of an experiment: the figures of each method, and who is ahead of whom."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from harmony_core.analysis.recall_certainty import described_test_set, few_samples_warning
from harmony_core.analysis.seeds import sentences
from harmony_core.analysis.summary import (
    TITLES,
    MethodSummary,
    SeedValues,
    best,
    shown_figures,
)
from harmony_core.frames import Scene
from harmony_core.runs.record import ExperimentRecord

from .._shared.labels import count
from .._shared.markdown import spoken
from .._shared.tables import table
from .summaries import summaries_of

SHOTS = {
    "many_shot": "Many-shot (over 100)",
    "medium_shot": "Medium-shot (20 to 100)",
    "few_shot": "Few-shot (under 20)",
}


def results(record: ExperimentRecord) -> None:
    """The summary over the finished repeats, and notes on the data."""
    scenes, summaries = summaries_of(record)
    if scenes:
        _summary_table(record, summaries, scenes[-1])
        for note in scenes[-1].notes:
            st.caption(spoken(note))
        if warning := few_samples_warning(scenes[-1].class_names, scenes[-1].test_counts):
            st.info(spoken(warning), icon=":material/warning:")


def _summary_table(
    record: ExperimentRecord, summaries: Sequence[MethodSummary], scene: Scene
) -> None:
    repeats = len(summaries[0]["balanced_accuracy"].values)
    if record.state == "done":
        st.header(f"After {count(record.config.epochs, 'epoch')}, on the test set")
    else:
        st.header("So far, on the test set")
    st.caption(
        f"A {described_test_set(scene.test_counts)}. Balanced accuracy is the mean of the class "
        "recalls, so how many samples of a class are tested does not change its share in it."
    )
    if repeats == 1:
        advice = (
            "" if record.config.recorded is not None else " Set Repeats above 1 to see a spread."
        )
        st.caption(f"A single seed: differences of a point or two may be luck.{advice}")
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


def _table(title: str, heads: Mapping[str, str], summaries: Sequence[MethodSummary]) -> None:
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
