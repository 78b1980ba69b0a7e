"""One experiment on a page: its status, the lockstep view, and what follows the view.

During a training, a fragment on a timer draws status and view. When the run ends, the fragment
asks for one full run of the page, which draws the same without a timer. It asks before it draws,
because a run of the page may cancel what was sent just before. What follows the view has widgets
and stays outside the fragment while the timer runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.payload import Payload
from harmony_core.viewer.run_payload import run_payload

from .._session import draft, place
from .._session.lockstep_view import lockstep_view, resend_after, sent_until
from .._session.start import press, press_is_waiting
from .._session.visitor import access
from .._shared.backend import queue, store
from .._shared.messages import messages
from .._shared.status import recorded_strip, status_strip
from .._shared.widgets import set_widget
from . import paint
from .bands import bands
from .below_the_view import below_the_view
from .experiment_page import ExperimentPage
from .frame_polling import in_whole_page, new_frames, whole_page
from .picture import PLACE, VIEW, keep_until_first_epoch, play, recording, remember
from .sent_epochs import sparse_words
from .tabs import tabs
from .takeaway import takeaway
from .whole_run import whole_run

TICK = 0.3
"""Seconds between two looks at a running experiment."""
SLOW_TICK = 1.0
"""The same after the first frames: each look costs the browser a tenth of a second."""
FIRST_FRAME_WAIT = 0.6
"""Seconds that the first run of the page waits for a frame before it leaves that to the timer."""
SETTLED = 2.5
"""Seconds that frames are on screen before what follows the view is drawn during a training."""
CHANGED = "Settings changed"
Meanwhile = Callable[[ExperimentConfig], None]
_NEWEST_REPEAT = -1
_BANDS = "bands sent"
_BELOW, _DUE = "beside drawn for", "beside due for"


def show(
    record: ExperimentRecord,
    page: ExperimentPage,
    *,
    fresh: bool = False,
    meanwhile: Meanwhile | None = None,
) -> None:
    """Draw an experiment with the panels of ``page``; ``fresh``: this very click started it.

    ``meanwhile`` draws what there is to see of its config before the first epoch, if the page
    shows nothing yet; without it, the recording is played.
    """
    with st.container():
        repeat = _choose_repeat(record)
    if fresh:
        _await_first_frame(record.id)
    tick = SLOW_TICK if st.session_state.get(_BELOW) == record.id and not fresh else TICK
    panel = st.fragment(_panel, run_every=tick if record.active else None)
    with whole_page():
        panel(record.id, page, repeat, record.active, meanwhile)
    if record.active and fresh:
        st.session_state[_BELOW] = ""  # the first frame comes first
    elif record.active:
        shown = record.repeat if repeat == _NEWEST_REPEAT else repeat
        st.fragment(_below_while_training)(record, page, shown)


def show_recording(page: ExperimentPage, *, changed: bool = False) -> bool:
    """Play the recording where an experiment would be, or return False without one.

    ``changed``: it is not of the settings chosen.
    """
    recorded = recording(page)
    if recorded is None:
        return False
    st.container()  # the same places as in `show`, so that the view stays when a training begins
    with st.container():
        with st.container():
            recorded_strip(recorded.config, "Train runs it here")
        tabs(page, "")
        veil = CHANGED if changed else ""
        play(page, recorded, veil, (lambda: press("train")) if changed else None)
    return True


def _choose_repeat(record: ExperimentRecord) -> int:
    repeats = record.config.seeds.repeats
    wanted = place.chosen_repeat(record.id, repeats)
    if repeats == 1:
        return 0
    options = [_NEWEST_REPEAT, *range(repeats)] if record.active else list(range(repeats))
    key = f"repeat-{record.id}"
    usual = _NEWEST_REPEAT if record.active else min(record.repeat, repeats - 1)
    set_widget(key, usual if wanted is None else wanted)
    chosen = st.segmented_control(
        "Repeat on screen",
        options,
        key=key,
        required=True,
        format_func=lambda r: "The one in training" if r == _NEWEST_REPEAT else f"{r + 1}",
        on_change=_repeat_chosen,
        args=(record.id, key),
    )
    return int(chosen) if chosen is not None else usual


def _repeat_chosen(run: str, key: str) -> None:
    chosen = st.session_state.get(key)
    repeat = None if chosen is None or chosen == _NEWEST_REPEAT else int(chosen)
    place.move_to(replace(place.current(run), repeat=repeat))


def _await_first_frame(run_id: str) -> None:
    deadline = time.monotonic() + FIRST_FRAME_WAIT
    while time.monotonic() < deadline and not store().epochs(run_id, 0):
        time.sleep(0.01)


def _panel(
    run_id: str, page: ExperimentPage, repeat: int, live: bool, meanwhile: Meanwhile | None
) -> None:
    if press_is_waiting() and not in_whole_page():
        st.rerun()
    with messages():
        record = store().get(run_id)
        shown = record.repeat if repeat == _NEWEST_REPEAT else repeat
        if live and (not record.active or below_is_due(record.id, shown)):
            st.rerun()
        with st.container():
            status_strip(record, queue().position(run_id))
            if page.sets_up:
                takeaway(record)
        row = st.container()
        moved = _view(record, page, shown, meanwhile)
        with row:  # the links name the place that the view has moved to
            tabs(page, record.id, painted=not live and _paintable(record))
        if live and moved:
            st.rerun()
        if not live:
            below_the_view(record, page, shown)


def _paintable(record: ExperimentRecord) -> bool:
    return paint.can_paint(record.config) and access().may("paint", record.id)


def below_is_due(run_id: str, repeat: int) -> bool:
    """Whether to rerun the page, as frames are on screen long enough to draw what follows them.

    True once for each run, and only in a run of the fragment.
    """
    if (
        in_whole_page()
        or st.session_state.get(_BELOW) == run_id
        or not store().epochs(run_id, repeat)
    ):
        return False
    run, since = st.session_state.get(_DUE, ("", 0.0))
    if run != run_id:
        st.session_state[_DUE] = (run_id, time.monotonic())
        return False
    if time.monotonic() - since <= SETTLED:
        return False
    st.session_state[_BELOW] = run_id
    return True


def _below_while_training(record: ExperimentRecord, page: ExperimentPage, repeat: int) -> None:
    st.session_state[_BELOW] = record.id if store().epochs(record.id, repeat) else ""
    with messages():
        below_the_view(record, page, repeat)


def _view(
    record: ExperimentRecord, page: ExperimentPage, repeat: int, meanwhile: Meanwhile | None
) -> bool:
    """The view with the frames it lacks; return whether the reader moved in it."""
    painting = page.sets_up and paint.painting(record.id)
    name = f"{record.id}.{repeat}"
    key = paint.view_key(record.id) if painting else VIEW
    since = sent_until(key, name)

    def build() -> Payload | None:
        return _payload(record, page, repeat, key)

    ended = since < 0 and not record.active and not painting
    payload = whole_run(record, name, page.panels, build) if ended else build()
    if payload is None:
        if since < 0 and record.active and not keep_until_first_epoch(page):
            _before_the_first_epoch(record, page, meanwhile)
        return False
    scene = store().scene(record.id, repeat)
    here = place.current(record.id)
    changed = not painting and draft.differs(record)
    with st.container(key=PLACE):
        view = lockstep_view(
            payload,
            key=key,
            live=record.active,
            panels=page.panels,
            epoch=here.epoch,
            selected=here.sample,
            jump=place.jump_count(),
            veil=CHANGED if changed else "",
            on_train=(lambda: press("train")) if changed else None,
            **(paint.editor_options(record.config, scene) if painting else {}),
        )
    if not painting:
        remember(record.id, repeat)
    paint.retrain(record.config, view, record.id)
    if changed:  # the address names what is set up
        return False
    moved = place.follow_view(key, record.id, view)
    if moved and record.active:
        resend_after(key, name, since)  # a run of the page follows and may cancel this one
    return moved


def _payload(
    record: ExperimentRecord, page: ExperimentPage, repeat: int, key: str
) -> Payload | None:
    """What the view lacks; None if that is everything and nothing has been recorded."""
    name = f"{record.id}.{repeat}"
    since = sent_until(key, name)
    frames = new_frames(record, repeat, key, since, page.panels)
    if not frames and since < 0:
        return None
    return run_payload(
        record,
        name,
        store().scene(record.id, repeat),
        frames,
        page.panels,
        since=since,
        bands=_new_bands(record, name, since) if "curves" in page.panels else None,
        sparse=sparse_words(record, repeat, page.panels),
    )


def _before_the_first_epoch(
    record: ExperimentRecord, page: ExperimentPage, meanwhile: Meanwhile | None
) -> None:
    """What there is to see of an experiment that has recorded nothing yet."""
    recorded = recording(page)
    if meanwhile is not None:
        meanwhile(record.config)
    elif recorded is not None:
        play(page, recorded, "A recorded example, until the first epoch arrives")


def _new_bands(record: ExperimentRecord, name: str, since: int) -> dict[str, Any] | None:
    """The bands, for a view that begins, and once more for a view that saw the run end."""
    sent, current = st.session_state.get(_BANDS), (name, record.state)
    st.session_state[_BANDS] = current
    if since >= 0 and (sent == current or record.active):
        return None
    return bands(record, method_labels(record.config.methods))
