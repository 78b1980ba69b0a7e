"""The picture of a page while its experiment has none: a recording, or what was there before.

All experiments share one view in the browser, whatever tab is open. A new one replaces the picture
of the last with its first epoch, so there is never an empty frame.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.payload import Payload
from harmony_core.viewer.run_payload import run_payload

from .._session.lockstep_view import lockstep_view, sent_until
from .._session.recording import RecordedRun, recorded_run
from .._shared.backend import store
from .experiment_page import ExperimentPage
from .frame_polling import new_frames
from .sent_epochs import sparse_words

WAITING = "Waiting for the first epoch"
VIEW = "lockstep"
"""The key of the view that all experiments and tabs share."""
PLACE = "experiment-view"
"""The key of the container that holds it."""
_PICTURE = "picture"
_RECORDED = -1
"""In place of the repeat of a picture that is the recording."""


def remember(run: str, repeat: int) -> None:
    """Note what the view shows now."""
    st.session_state[_PICTURE] = (run, repeat)


def recording(page: ExperimentPage) -> RecordedRun | None:
    """The recorded experiment that ``page`` can show, if there is one."""
    return recorded_run(page.panels) if page.panels else None


def play(
    page: ExperimentPage,
    recorded: RecordedRun,
    veil: str = "",
    on_train: Callable[[], None] | None = None,
) -> None:
    """The recording, moving, in the view of ``page``."""
    payload = recorded.payload
    if sent_until(VIEW, recorded.run) >= 0:
        payload = _nothing_new(payload)
    with st.container(key=PLACE):
        lockstep_view(
            payload,
            key=VIEW,
            live=False,
            autoplay=True,
            panels=page.panels,
            veil=veil,
            on_train=on_train,
        )
    remember(recorded.run, _RECORDED)


def keep_until_first_epoch(page: ExperimentPage) -> bool:
    """What the view of ``page`` shows, dimmed; False if it shows nothing yet."""
    run, repeat = st.session_state.get(_PICTURE, ("", 0))
    recorded = recording(page)
    if repeat == _RECORDED and recorded is not None:
        play(page, recorded, WAITING)
        return True
    try:
        payload = _of_run(store().get(run), repeat, page) if run else None
    except HarmonyError:  # it was deleted meanwhile
        return False
    if payload is None:
        return False
    with st.container(key=PLACE):
        lockstep_view(payload, key=VIEW, live=False, panels=page.panels, veil=WAITING)
    return True


def _of_run(record: ExperimentRecord, repeat: int, page: ExperimentPage) -> Payload | None:
    """The epochs of ``record`` that the view lacks; None if there are none at all."""
    name = f"{record.id}.{repeat}"
    since = sent_until(VIEW, name)
    frames = new_frames(record, repeat, VIEW, since, page.panels)
    if not frames and since < 0:
        return None
    scene = store().scene(record.id, repeat)
    sparse = sparse_words(record, repeat, page.panels)
    return run_payload(record, name, scene, frames, page.panels, since=since, sparse=sparse)


def _nothing_new(payload: Payload) -> Payload:
    """A payload for a view that has all of ``payload`` already."""
    kept = {name: payload.meta[name] for name in ("version", "run", "state", "epochs_total")}
    empty = {"since": payload.last_epoch, "parts": [], "record": [], "stride": 0, "frames": []}
    return Payload({**kept, **empty}, b"")
