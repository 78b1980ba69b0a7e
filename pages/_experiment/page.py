"""A page that shows one experiment from one side: which one, its view, and the doors to others."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from .._session import draft as drafts
from .._session import place as where
from .._session.address_bar import rewriting
from .._session.page_links import words
from .._shared.backend import store
from .._shared.labels import literal, run_title
from .._shared.messages import lead, messages
from .._shared.page import put
from .._shared.status import short_title
from .live import show

NEWEST = 50


def experiment(
    page: str,
    title: str,
    about: str,
    body: Callable[[ExperimentRecord, str], None] = show,
) -> None:
    """Draw ``page`` for the experiment of the link, or of the session, or ask for one."""
    run = drafts.run_id() or drafts.shown_run()
    ids = store().ids()
    record = None
    problem = None
    if run:
        try:
            record = store().get(run)
        except HarmonyError as error:
            problem = str(error)
    if record is not None:
        if drafts.shown_run() != run:
            drafts.adopt(run)
        where.arrive(page, run)
        where.write(where.place(run))
    top = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="top")
    with top.container(key="heading"):
        st.title(
            literal(title if record is None else f"{title}: {run_title(record)}"), anchor=False
        )
        lead(about)
    if problem:
        messages().say(problem)
    if ids:
        _picker(top, ids, run if record else "")
    if record is not None:
        _who(record)
        body(record, page)
        words(page)
    elif ids:
        st.info("Choose one of your experiments above.", icon=":material/arrow_upward:")
    else:
        _door()


def _picker(place: st.delta_generator.DeltaGenerator, ids: list[str], run: str) -> None:
    options = ids[:NEWEST]
    if run and run not in options:
        options.insert(0, run)
    put("experiment", run or None)
    place.selectbox(
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
        drafts.adopt(str(run))
        with rewriting():
            st.query_params.from_dict({"run": str(run)})


def _who(record: ExperimentRecord) -> None:
    st.caption("Methods: " + literal(", ".join(method_labels(record.config.methods))) + ".")


def _door() -> None:
    with st.container(border=True, key="door-arena"):
        st.subheader("Nothing has been trained yet", anchor=False)
        st.markdown(
            "This page looks into an experiment. Train one in the Arena first; the default takes "
            "a few seconds, and you can come back while it runs."
        )
        st.page_link("pages/arena.py", label="To the Arena", icon=":material/stadium:")
