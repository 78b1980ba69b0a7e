"""Pull, microscope and sandbox at the epoch that the view shows."""

from __future__ import annotations

import time

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Frame
from harmony_core.runs.record import ExperimentRecord

from .._session import place
from .._shared.backend import store
from .._shared.markdown import spoken
from .kept_frames import kept_frames, kept_scene
from .microscope import microscope
from .pull import class_pulls
from .sandbox import Shown, sandbox

HOLD = 5.0
"""Seconds that both stay at one epoch during a training, as redrawing them takes time."""
_STEADY = "sections held"


def place_problem(record: ExperimentRecord, repeat: int) -> None:
    """What this run does not have of the place that the link names, if anything."""
    if store().epochs(record.id, repeat):
        scene = kept_scene(record.id, repeat)
        place.within(place.current(record.id), record.config.epochs, len(scene.tracked_targets))
    if problem := place.link_problem():
        st.warning(
            f"Part of this link could not be used. {spoken(problem)}", icon=":material/link_off:"
        )


def pull_now(record: ExperimentRecord, repeat: int) -> None:
    """What every class pulls at the newest recorded epoch up to the reader's."""
    if frames := _frames(record, repeat):
        class_pulls(record.id, repeat, frames[0].epoch, method_labels(record.config.methods))


def microscope_now(record: ExperimentRecord, repeat: int) -> None:
    """One sample at the newest recorded epoch up to the reader's."""
    if frames := _frames(record, repeat):
        labels = method_labels(record.config.methods)
        scene = kept_scene(record.id, repeat)
        microscope(record.config, scene, frames, labels, place.current(record.id))


def sandbox_now(record: ExperimentRecord, repeat: int) -> None:
    """The weights of every class, to bend, at the same epoch."""
    epoch = _epoch(record, repeat)
    if epoch is not None:
        sandbox(Shown(record.id, repeat, epoch), record.config.methods)


def _frames(record: ExperimentRecord, repeat: int) -> list[Frame]:
    epoch = _epoch(record, repeat)
    return [] if epoch is None else kept_frames(record.id, repeat, epoch)


def _epoch(record: ExperimentRecord, repeat: int) -> int | None:
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return None
    here = place.current(record.id)
    epoch = here.shown_epoch(epochs)
    if record.active and here.epoch is None:
        epoch = steady_epoch(f"{record.id}.{repeat}", epoch)
    return epoch


def steady_epoch(run: str, newest: int) -> int:
    """``newest``, or the epoch drawn for ``run`` less than `HOLD` seconds ago."""
    drawn, epoch, since = st.session_state.get(_STEADY, ("", 0, 0.0))
    if drawn != run or epoch > newest or time.monotonic() - since > HOLD:
        st.session_state[_STEADY] = (run, newest, time.monotonic())
        return newest
    return int(epoch)
