"""What follows the view on every page of an experiment: microscope and sandbox, at its epoch."""

from __future__ import annotations

import time

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from .._session import place as where
from .._shared.backend import store
from .._shared.messages import spoken
from .microscope import microscope
from .sandbox import sandbox

HOLD = 5.0
"""Seconds that they stay at their epoch while new ones come in, as drawing them anew takes time."""
_HELD = "sections held"


def sections(record: ExperimentRecord, repeat: int) -> None:
    """Both, of the newest recorded epoch that is not after the reader's."""
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return
    scene = store().scene(record.id, repeat)
    now = where.fit(where.place(record.id), record.config.epochs, len(scene.tracked_targets))
    if problem := where.problem():
        st.warning(
            f"Part of this link could not be used. {spoken(problem)}", icon=":material/link_off:"
        )
    epoch = shown_epoch(epochs, now.epoch)
    if record.active and now.epoch is None:
        epoch = _held(f"{record.id}.{repeat}", epoch)
    frames = store().frames(record.id, repeat, epoch)
    labels = method_labels(record.config.methods)
    microscope(record.config, scene, frames, labels, now)
    sandbox(scene, frames, labels, record.config.methods)


def _held(run: str, newest: int) -> int:
    """The newest epoch of some seconds ago, or ``newest`` if that was not drawn or is over."""
    held, epoch, since = st.session_state.get(_HELD, ("", 0, 0.0))
    if held != run or epoch > newest or time.monotonic() - since > HOLD:
        st.session_state[_HELD] = (run, newest, time.monotonic())
        return newest
    return int(epoch)


def shown_epoch(epochs: list[int], wanted: int | None) -> int:
    """The recorded epoch that the view shows for ``wanted``: the last one not after it."""
    if wanted is None:
        return epochs[-1]
    return max((epoch for epoch in epochs if epoch <= wanted), default=epochs[0])
