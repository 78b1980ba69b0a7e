"""A page that shows one experiment: which one, its view, and links to the other pages."""

from __future__ import annotations

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from .._session import draft, place
from .._session.address_bar import show_run_only
from .._session.page_links import glossary_links
from .._shared.backend import store
from .._shared.labels import literal, run_title
from .._shared.messages import lead, messages
from .._shared.page import load
from .._shared.status import short_title
from .._shared.widgets import set_widget
from .experiment_page import ExperimentPage

NEWEST = 50


def experiment(page: ExperimentPage) -> None:
    """Draw ``page`` for the experiment of the link or of the session, or offer a choice."""
    run = draft.linked_run() or draft.shown_run()
    ids = store().ids()
    record = None
    problem = None
    if run:
        try:
            record = store().get(run)
        except HarmonyError as error:
            problem = str(error)
    if record is not None:
        if draft.shown_run() != run:
            draft.adopt(run)
        place.arrive(page.name, run)
        place.write_link(place.current(run))
    top = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="top")
    with top.container(key="heading"):
        title = page.title if record is None else f"{page.title}: {run_title(record)}"
        st.title(literal(title), anchor=False)
        lead(page.lead)
    if problem:
        messages().say(problem)
    if ids:
        _picker(top, ids, run if record else "")
    if record is not None:
        _methods(record)
        load(page.view)(record, page)
        glossary_links(page)
    elif ids:
        st.info("Choose one of your experiments above.", icon=":material/arrow_upward:")
    else:
        _link_to_arena()


def _picker(container: st.delta_generator.DeltaGenerator, ids: list[str], run: str) -> None:
    options = ids[:NEWEST]
    if run and run not in options:
        options.insert(0, run)
    set_widget("experiment", run or None)
    container.selectbox(
        "Experiment" if len(ids) <= NEWEST else f"Experiment (the newest {NEWEST} of {len(ids)})",
        options,
        index=None,
        key="experiment",
        placeholder="Choose an experiment",
        format_func=short_title,
        on_change=_picked,
        width=360,
    )


def _picked() -> None:
    run = st.session_state.get("experiment")
    if run in store().ids():
        draft.adopt(str(run))
        show_run_only(str(run))


def _methods(record: ExperimentRecord) -> None:
    st.caption("Methods: " + literal(", ".join(method_labels(record.config.methods))) + ".")


def _link_to_arena() -> None:
    with st.container(border=True, key="door-arena"):
        st.subheader("Nothing has been trained yet", anchor=False)
        st.markdown(
            "This page looks into an experiment. Train one in the Arena first; the default takes "
            "a few seconds, and you can come back while it runs."
        )
        st.page_link("pages/arena.py", label="To the Arena", icon=":material/stadium:")
