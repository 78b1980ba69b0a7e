"""What follows the view on every page of an experiment: microscope and sandbox, at its epoch."""

from __future__ import annotations

import streamlit as st

from harmony_core.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from . import _place
from ._backend import store
from ._microscope import microscope
from ._parts import spoken
from ._sandbox import sandbox


def sections(record: ExperimentRecord, repeat: int) -> None:
    """Both, of the newest recorded epoch that is not after the reader's."""
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return
    scene = store().scene(record.id, repeat)
    now = _place.fit(_place.place(record.id), record.config.epochs, len(scene.tracked_targets))
    if problem := _place.problem():
        st.warning(
            f"Part of this link could not be used. {spoken(problem)}", icon=":material/link_off:"
        )
    frames = store().frames(record.id, repeat, shown_epoch(epochs, now.epoch))
    labels = method_labels(record.config.methods)
    microscope(record.config, scene, frames, labels, now)
    sandbox(scene, frames, labels, record.config.methods)


def shown_epoch(epochs: list[int], wanted: int | None) -> int:
    """The recorded epoch that the view shows for ``wanted``: the last one not after it."""
    if wanted is None:
        return epochs[-1]
    return max((epoch for epoch in epochs if epoch <= wanted), default=epochs[0])
