"""The draft: the experiment being set up, kept for the session, shown in widgets and link.

Streamlit forgets the value of a widget that is not drawn, so the draft is kept apart and gives the
widgets their first values. Besides the widgets, `set_up` alone changes it.

The page also shows a run. The address holds the draft, and that run only while the draft is still
its experiment: an address never names two.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import streamlit as st

from harmony_core.config import ExperimentConfig, ModelConfig, RecordConfig
from harmony_core.data import DATASETS
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import Query, from_query, to_query
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from . import place
from .address_bar import rewriting, went_back

PREFIX = "arena-"
_DRAFT = "draft"
_WRITTEN = "draft written"
_PROBLEM = "draft problem"
_SHOWN = "draft run"
_MISSING = "draft run missing"
_UNCHANGED = "draft of run"
"""Session key of a run and of its experiment as the widgets say it; None until they have."""


def current() -> ExperimentConfig:
    """The experiment as set up so far; the default one in a new session."""
    draft: ExperimentConfig = st.session_state.setdefault(_DRAFT, ExperimentConfig())
    return draft


def keep(config: ExperimentConfig) -> None:
    """Keep ``config``, as the widgets say it, as the draft."""
    st.session_state[_DRAFT] = config
    run, known = st.session_state.get(_UNCHANGED, ("", None))
    if run and known is None:
        st.session_state[_UNCHANGED] = (run, config)


def set_up(config: ExperimentConfig) -> None:
    """Make ``config`` the draft; every widget shows it when it is next drawn."""
    for key in [key for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]
    st.session_state.pop(_UNCHANGED, None)
    st.session_state[_DRAFT] = config


def differs(record: ExperimentRecord) -> bool:
    """Whether the draft is another experiment than ``record``, whatever device and recording."""
    config = current()
    if record.config.recorded is not None or st.session_state.get(_UNCHANGED) == (
        record.id,
        config,
    ):
        return False
    try:
        return _what_is_trained(complete(config)) != _what_is_trained(record.config)
    except HarmonyError:
        return True


def _what_is_trained(config: ExperimentConfig) -> ExperimentConfig:
    return dataclasses.replace(config, device="auto", record=RecordConfig())


def widget_key(name: str, value: Any) -> str:
    """The key of the widget ``name``, which begins with ``value`` unless it already has one."""
    key = PREFIX + name
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def widget_key_among(name: str, value: Any, options: Sequence[Any]) -> str:
    """Like `seed`, for a widget whose options may have changed since it was last drawn."""
    key = PREFIX + name
    if st.session_state.get(key) not in options:
        st.session_state[key] = value if value in options else options[0]
    return key


def linked_run() -> str:
    """The experiment the page shows, or ``""``."""
    return str(st.query_params.get("run", ""))


def shown_run() -> str:
    """The experiment that this session last showed, or ``""``."""
    return str(st.session_state.get(_SHOWN, ""))


def adopt(run: str) -> None:
    """Show ``run`` in this session, and make its config the draft if it can be read."""
    st.session_state[_SHOWN] = run
    try:
        _set_up_as(run)
    except HarmonyError:
        return


def _set_up_as(run: str) -> None:
    """Make the config of ``run`` the draft."""
    wanted = store().get(run).config
    if wanted.recorded is None:  # what another loop trained cannot be set up
        set_up(_as_set_up(wanted))
    st.session_state[_UNCHANGED] = (run, None)


def show_run(run: str) -> None:
    """Show an experiment on the page, or none if ``run`` is empty."""
    st.session_state[_SHOWN] = run
    with rewriting():
        if run:
            st.query_params["run"] = run
        elif "run" in st.query_params:
            del st.query_params["run"]
    st.session_state[_WRITTEN] = _in_link()


def open_run(run: str) -> None:
    """Show an experiment and make its config the draft, as its bare link does."""
    with rewriting():
        st.query_params.from_dict({"run": run})
    st.session_state.pop(_WRITTEN, None)


def read_link(*, settings: bool = True) -> bool:
    """Take over the experiment of the link, unless this session wrote the link.

    Without ``settings`` the link of the page holds only a run. Return whether a visitor has just
    come with settings and without a run that is here.
    """
    link = _in_link() if settings else _run_in_link()
    if not link and st.session_state.get(_SHOWN):
        # Back from another page: Streamlit empties the query there.
        show_run(st.session_state[_SHOWN])
        place.write_link(place.current(shown_run()))
        return False
    known = st.session_state.get(_WRITTEN)
    if known == link or (known is not None and link == {"run": shown_run()}):
        return False  # as this session wrote it, or another tab of the same experiment
    if not link and not settings:
        return False
    st.session_state[_WRITTEN] = link
    run = linked_run()
    missing = run if run and run not in store().ids() else ""
    st.session_state[_SHOWN] = "" if missing else run
    st.session_state[_MISSING] = missing
    st.session_state.pop(_PROBLEM, None)
    wanted = {key: value for key, value in link.items() if key != "run"}
    try:
        if wanted:
            set_up(from_query(wanted))
            return not shown_run() and not went_back()
        if shown_run():
            _set_up_as(run)
    except HarmonyError as error:
        # A run that cannot be read is reported where it would be shown.
        if wanted:
            st.session_state[_PROBLEM] = str(error)
    return False


def missing_run() -> str:
    """The experiment of the link if it is not on this server, or ``""``."""
    return str(st.session_state.get(_MISSING, ""))


def forget_missing_run() -> None:
    """The reader has gone on from a link whose experiment is not on this server."""
    st.session_state.pop(_MISSING, None)


def link_problem() -> str:
    """Why the link of this page could not be used, or ``""``."""
    return str(st.session_state.get(_PROBLEM, ""))


def address(config: ExperimentConfig) -> Query:
    """``config`` as a link, with the run on the page if it is its own.

    If ``config`` cannot be shared, or another loop trained the run, only the run.
    """
    try:
        query: Query = {} if _recorded(shown_run()) else dict(to_query(config))
    except HarmonyError:
        query = {}
    if run := _run_of_draft():
        query["run"] = run
    return query


def _recorded(run: str) -> bool:
    """Whether a loop outside Harmony trained ``run``."""
    try:
        return bool(run) and store().get(run).config.recorded is not None
    except HarmonyError:
        return False


def write_link(config: ExperimentConfig) -> None:
    """Put the `address` of ``config`` into the address bar."""
    query = address(config)
    here = place.current(str(query.get("run", "")))
    if query != _in_link():
        with rewriting():
            st.query_params.from_dict({**query, **here.query()})
        st.session_state.pop(_PROBLEM, None)
    place.write_link(here)
    st.session_state[_WRITTEN] = _in_link()


def write_run(config: ExperimentConfig) -> None:
    """Put only the run into the address bar; a tab with settings may now open with ``config``."""
    place.write_link(place.current(shown_run()))
    st.session_state[_WRITTEN] = address(config)


def _run_of_draft() -> str:
    """The run on the page while the draft is its experiment, or ``""``."""
    run = shown_run()
    if not run:
        return ""
    try:
        return "" if differs(store().get(run)) else run
    except HarmonyError:
        return run


def _as_set_up(config: ExperimentConfig) -> ExperimentConfig:
    """A completed config, its model left to the data again where that gives the same one."""
    spec = DATASETS.get(config.data.name)
    usual = dataclasses.replace(config, model=ModelConfig())
    if spec and config.model.name == spec.default_model and complete(usual) == complete(config):
        return usual
    return config


def _run_in_link() -> Query:
    return {"run": linked_run()} if linked_run() else {}


def _in_link() -> Query:
    link: Query = {}
    for key in st.query_params:
        if key in place.KEYS:
            continue
        values = st.query_params.get_all(key)
        link[key] = values if key == "m" or len(values) != 1 else values[0]
    return link
