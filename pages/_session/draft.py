"""The draft: the experiment being set up, kept for the session, shown in widgets and link.

Streamlit forgets the value of a widget that is not drawn, so the draft is kept apart and gives the
widgets their first values. Besides the widgets, `set_up` alone changes it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import streamlit as st

from harmony_core.config import ExperimentConfig, ModelConfig
from harmony_core.data import DATASETS
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import Query, from_query, to_query

from .._shared.backend import store
from . import place
from .address_bar import rewriting

PREFIX = "arena-"
_DRAFT = "draft"
_WRITTEN = "draft written"
_PROBLEM = "draft problem"
_SHOWN = "draft run"


def current() -> ExperimentConfig:
    """The experiment as set up so far; the default one in a new session."""
    draft: ExperimentConfig = st.session_state.setdefault(_DRAFT, ExperimentConfig())
    return draft


def keep(config: ExperimentConfig) -> None:
    """Keep ``config``, as the widgets say it, as the draft."""
    st.session_state[_DRAFT] = config


def set_up(config: ExperimentConfig) -> None:
    """Make ``config`` the draft; every widget shows it when it is next drawn."""
    for key in [key for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]
    keep(config)


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
        set_up(_as_set_up(store().get(run).config))
    except HarmonyError:
        return


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


def read_link() -> None:
    """Take over the experiment of the link, unless this session wrote the link."""
    link = _in_link()
    if not link and st.session_state.get(_SHOWN):
        # Back from another page: Streamlit empties the query there.
        show_run(st.session_state[_SHOWN])
        return
    if st.session_state.get(_WRITTEN) == link:
        return
    st.session_state[_WRITTEN] = link
    st.session_state[_SHOWN] = linked_run()
    st.session_state.pop(_PROBLEM, None)
    wanted = {key: value for key, value in link.items() if key != "run"}
    try:
        if wanted:
            set_up(from_query(wanted))
        elif "run" in link:
            set_up(_as_set_up(store().get(linked_run()).config))
    except HarmonyError as error:
        # A run that cannot be read is reported where it would be shown.
        if wanted:
            st.session_state[_PROBLEM] = str(error)


def link_problem() -> str:
    """Why the link of this page could not be used, or ``""``."""
    return str(st.session_state.get(_PROBLEM, ""))


def write_link(config: ExperimentConfig) -> None:
    """Put ``config`` into the address bar; if it cannot be shared, only the run."""
    try:
        query: Query = dict(to_query(config))
    except HarmonyError:
        query = {}
    here = place.current(linked_run())
    if linked_run():
        query["run"] = linked_run()
    if query != _in_link():
        with rewriting():
            st.query_params.from_dict({**query, **here.query()})
        st.session_state.pop(_PROBLEM, None)
    place.write_link(here)
    st.session_state[_WRITTEN] = _in_link()


def _as_set_up(config: ExperimentConfig) -> ExperimentConfig:
    """A completed config, its model left to the data again where that gives the same one."""
    spec = DATASETS.get(config.data.name)
    usual = dataclasses.replace(config, model=ModelConfig())
    if spec and config.model.name == spec.default_model and complete(usual) == complete(config):
        return usual
    return config


def _in_link() -> Query:
    link: Query = {}
    for key in st.query_params:
        if key in place.KEYS:
            continue
        values = st.query_params.get_all(key)
        link[key] = values if key == "m" or len(values) != 1 else values[0]
    return link
