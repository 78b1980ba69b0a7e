"""What the page of two experiments draws: scores, recall of classes, curves, other settings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.analysis.summary import TITLES, shown_figures
from harmony_core.errors import HarmonyError
from harmony_core.experiments.differences import differences, same_test_samples
from harmony_core.runs.record import ExperimentRecord

from .._experiment.summaries import Summaries, summaries_of
from .._session.address_bar import rewriting
from .._session.glossary_links import glossary_links
from .._session.visitor import access
from .._shared.backend import store
from .._shared.class_page import class_page
from .._shared.labels import run_title
from .._shared.markdown import literal, spoken
from .._shared.messages import lead, messages
from .._shared.page import Page
from .._shared.status import short_title
from .._shared.tables import cells, grouped_table, table
from .._shared.widgets import set_widget
from .curves import curves

NEWEST = 50
PAGED_FROM = 40
"""Classes above which their recall is shown a page at a time."""
A_PAGE = 25
LETTERS = ("a", "b")
PAIRED = "Both were tested on the same samples, so the test set does not explain a difference."
UNPAIRED = (
    "The two differ in their data or in its seeds, so they were tested on different "
    "samples: a difference may come from the test set alone."
)
UNKNOWN_PAIRING = (
    "At least one was recorded from a loop outside Harmony, and whether both were tested on the "
    "same samples is not recorded. If they were not, a difference may come from the test set alone."
)


def compare(page: Page) -> None:
    """Draw the two experiments ``a`` and ``b`` of the address, or offer to choose them."""
    st.title(page.title, anchor=False)
    lead(
        "The scores of every method in both experiments, and the settings in which the two differ."
    )
    chosen = [_choose(letter) for letter in LETTERS]
    records = [record for record in chosen if record is not None]
    if len(records) < 2:
        _say_what_is_missing()
        return
    with messages():
        _side_by_side(records)
    glossary_links(page)


def _choose(letter: str) -> ExperimentRecord | None:
    """The experiment under one letter, by the address or the visitor's choice."""
    known, run = store().listed(), str(st.query_params.get(letter, ""))
    options = access().listed()[:NEWEST]
    if run in known and run not in options:
        options.insert(0, run)
    set_widget(f"compare-{letter}", run if run in known else None)
    st.selectbox(
        f"Experiment {letter.upper()}",
        options,
        index=None,
        key=f"compare-{letter}",
        format_func=short_title,
        placeholder="Choose an experiment",
        on_change=_chosen,
        args=(letter,),
    )
    if run and run not in known:
        st.info(
            f"The experiment {letter.upper()} of this link is not on this server, or no longer.",
            icon=":material/link_off:",
        )
    if run not in known:
        return None
    try:
        return store().get(run)
    except HarmonyError as error:
        messages().say(str(error))
        return None


def _say_what_is_missing() -> None:
    """Two experiments have to be chosen; somebody who has fewer is told where to train them."""
    if len(access().listed()) >= len(LETTERS):
        st.info("Choose two experiments above.", icon=":material/arrow_upward:")
        return
    st.info(
        "You need two experiments to compare, and you have fewer. Train some in the Arena; "
        "they are then listed here.",
        icon=":material/stadium:",
    )
    st.page_link("pages/arena.py", label="Open the Arena", icon=":material/stadium:")


def _chosen(letter: str) -> None:
    run = st.session_state.get(f"compare-{letter}")
    with rewriting():
        if run:
            st.query_params[letter] = str(run)
        elif letter in st.query_params:
            del st.query_params[letter]


def _side_by_side(records: Sequence[ExperimentRecord]) -> None:
    names = [
        f"{letter.upper()}: {run_title(record)}"
        for letter, record in zip(LETTERS, records, strict=True)
    ]
    with st.container(horizontal=True, gap="small"):
        for name, record in zip(names, records, strict=True):
            st.page_link(
                "pages/arena.py",
                label=f"Open {literal(name)}",
                icon=":material/stadium:",
                query_params={"run": record.id},
            )
    if any(record.config.recorded is not None for record in records):
        said = UNKNOWN_PAIRING
    else:
        same = same_test_samples(records[0].config, records[1].config)
        said = PAIRED if same else UNPAIRED
    st.info(said, icon=":material/balance:")
    results = [summaries_of(record) for record in records]
    st.header("Scores", anchor=False)
    for name, record, (scenes, _) in zip(names, records, results, strict=True):
        if not scenes:
            st.caption(f"{literal(name)} has no results yet.")
        elif record.state != "done":
            st.caption(f"{literal(name)} is not finished: its numbers are those so far.")
    _scores(names, results)
    st.header("Recall of every class", anchor=False)
    _recalls(names, results)
    st.header("Balanced accuracy over epochs", anchor=False)
    curves(records)
    st.header("Settings that differ", anchor=False)
    _settings(names, records)


def _scores(names: Sequence[str], results: Sequence[Summaries]) -> None:
    summaries = [summary for _, found in results for summary in found]
    if not summaries:
        return
    figures = shown_figures(summaries)
    groups = {
        name: [(s.label, cells([s[figure].percent() for figure in figures])) for s in found]
        for name, (_, found) in zip(names, results, strict=True)
    }
    head = ["Method, in %", *(TITLES[figure].removesuffix(" %") for figure in figures)]
    grouped_table("Scores of the methods of both experiments, in percent", head, groups)
    repeats = [len(scenes) for scenes, _ in results]
    if max(repeats) > 1:
        st.caption("Mean ± standard deviation over the repeats of each experiment.")
    if min(repeats) == 1:
        st.caption("At least one has a single seed: a difference of a point or two may be luck.")


def _recalls(names: Sequence[str], results: Sequence[Summaries]) -> None:
    """One table if the classes have the same names, else one for each experiment."""
    known = [(name, scenes[-1], found) for name, (scenes, found) in zip(names, results, strict=True)
             if scenes]  # fmt: skip
    together = len({scene.class_names for _, scene, _ in known}) == 1
    for part in [known] if together else [[one] for one in known]:
        if not part:
            continue
        scene = part[0][1]
        columns = [(name[0], summary) for name, _, found in part for summary in found]
        head = ["Class", *(f"{letter}: {summary.label}" for letter, summary in columns)]
        classes: Sequence[int] = range(len(scene.class_names))
        if len(classes) > PAGED_FROM:
            ranked = sorted(classes, key=lambda c: -int(scene.train_counts[c]))
            classes = class_page(f"recall-{part[0][0][0]}", scene, ranked, A_PAGE, {})
        rows = [
            (
                scene.class_names[c],
                cells([summary.recall[c].percent() for _, summary in columns]),
            )
            for c in classes
        ]
        table(f"Recall by class, in percent: {', '.join(name for name, *_ in part)}", head, rows)
    st.caption("In percent of the test samples of the class, after the last epoch.")


def _settings(names: Sequence[str], records: Sequence[ExperimentRecord]) -> None:
    found = differences(records[0].config, records[1].config)
    if not found:
        st.markdown(spoken("None. On a CPU, the same settings give the same numbers."))
        return
    rows = [(name, cells([a, b])) for name, a, b in found]
    table("Settings that differ", ["Setting", *names], rows)
