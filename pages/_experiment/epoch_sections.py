"""Microscope and sandbox at the epoch that the view shows."""

from __future__ import annotations

import time

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from .._session import place
from .._shared.backend import store
from .._shared.messages import spoken
from .microscope import microscope
from .sandbox import sandbox

HOLD = 5.0
"""Seconds that both stay at one epoch during a training, as redrawing them takes time."""
_STEADY = "sections held"


def epoch_sections(record: ExperimentRecord, repeat: int) -> None:
    """Both, for the newest recorded epoch up to the reader's."""
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return
    scene = store().scene(record.id, repeat)
    here = place.within(place.current(record.id), record.config.epochs, len(scene.tracked_targets))
    if problem := place.link_problem():
        st.warning(
            f"Part of this link could not be used. {spoken(problem)}", icon=":material/link_off:"
        )
    epoch = here.shown_epoch(epochs)
    if record.active and here.epoch is None:
        epoch = steady_epoch(f"{record.id}.{repeat}", epoch)
    frames = store().frames(record.id, repeat, epoch)
    labels = method_labels(record.config.methods)
    microscope(record.config, scene, frames, labels, here)
    sandbox(scene, frames, labels, record.config.methods)


def steady_epoch(run: str, newest: int) -> int:
    """``newest``, or the epoch drawn for ``run`` less than `HOLD` seconds ago."""
    drawn, epoch, since = st.session_state.get(_STEADY, ("", 0, 0.0))
    if drawn != run or epoch > newest or time.monotonic() - since > HOLD:
        st.session_state[_STEADY] = (run, newest, time.monotonic())
        return newest
    return int(epoch)
