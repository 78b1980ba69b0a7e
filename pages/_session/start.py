"""Starting an experiment: a press of a button, and the run stored, queued and shown."""

from __future__ import annotations

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from . import draft, own_runs
from .address_bar import show_run_only
from .visitor import access

_PRESSED = "start pressed"


def press(button: str) -> None:
    """Keep a press until a run handles it: a button forgets it when another event comes first."""
    st.session_state[_PRESSED] = button


def press_is_waiting() -> bool:
    """Whether a button was pressed that no run of the page has handled yet."""
    return bool(st.session_state.get(_PRESSED))


def take_press() -> str:
    """The button that was pressed, once, or ``""``."""
    return str(st.session_state.pop(_PRESSED, ""))


def start(config: ExperimentConfig, title: str = "") -> ExperimentRecord:
    """Train ``config`` and show it on this page."""
    record = access().start(complete(config), title)
    own_runs.remember(record.id)
    draft.show_run(record.id)
    return store().get(record.id)


def has_checkpoint(record: ExperimentRecord) -> bool:
    """Whether an experiment that ended early goes on where it was, and not from the beginning."""
    return record.repeat > 0 or store().checkpoint_time(record.id, record.repeat) is not None


def start_in_place_of(record: ExperimentRecord, config: ExperimentConfig) -> None:
    """Train ``config`` under the title of ``record``, and open it on this page as the draft too.

    `RunError` if ``record`` is not the visitor's.
    """
    access().require("retrain", record.id)
    started = start(config, record.title)
    draft.adopt(started.id)
    show_run_only(started.id)
