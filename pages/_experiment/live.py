"""One experiment on a page: its status, the lockstep view, and what follows the view.

During a training, a fragment on a timer draws status and view. When the run ends, the fragment
asks for one full run of the page, which draws the same without a timer. It asks before it draws,
because a run of the page may cancel what was sent just before. What follows the view has widgets
and stays outside the fragment while the timer runs.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.panels import parts_of
from harmony_core.viewer.payload import build_payload

from .._session import place
from .._session.lockstep_view import lockstep_view, resend_after, sent_until
from .._session.page_links import page_links
from .._shared.backend import queue, store
from .._shared.messages import messages
from .._shared.status import status_strip
from .._shared.widgets import set_widget
from . import paint
from .bands import bands
from .below_the_view import below_the_view
from .experiment_page import ExperimentPage
from .frame_polling import in_whole_page, new_frames, whole_page

TICK = 0.3
"""Seconds between two looks at a running experiment."""
SLOW_TICK = 1.0
"""The same after the first frames: each look costs the browser a tenth of a second."""
FIRST_FRAME_WAIT = 0.6
"""Seconds that the first run of the page waits for a frame before it leaves that to the timer."""
SETTLED = 2.5
"""Seconds that frames are on screen before what follows the view is drawn during a training."""
_NEWEST_REPEAT = -1
_BANDS = "bands sent"
_BELOW, _DUE = "beside drawn for", "beside due for"


def show(record: ExperimentRecord, page: ExperimentPage, *, fresh: bool = False) -> None:
    """Draw an experiment with the panels of ``page``; ``fresh``: this very click started it."""
    repeat = _choose_repeat(record)
    if fresh:
        _await_first_frame(record.id)
    tick = SLOW_TICK if st.session_state.get(_BELOW) == record.id and not fresh else TICK
    panel = st.fragment(_panel, run_every=tick if record.active else None)
    with whole_page():
        panel(record.id, page, repeat, record.active)
    if record.active and fresh:
        st.session_state[_BELOW] = ""  # the first frame comes first
    elif record.active:
        shown = record.repeat if repeat == _NEWEST_REPEAT else repeat
        st.fragment(_below_while_training)(record, page, shown)


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


def _panel(run_id: str, page: ExperimentPage, repeat: int, live: bool) -> None:
    with messages():
        record = store().get(run_id)
        shown = record.repeat if repeat == _NEWEST_REPEAT else repeat
        if live and (not record.active or below_is_due(record.id, shown)):
            st.rerun()
        status_strip(record, queue().position(run_id))
        links = st.container(
            horizontal=True, gap="small", key="page-links", vertical_alignment="center"
        )
        moved = _view(record, page, shown)
        with links:
            page_links(page.name, record.id)
            if page.sets_up and not live and paint.can_paint(record.config):
                paint.switch(record.id)
        if live and moved:
            st.rerun()
        if not live:
            below_the_view(record, page, shown)


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


def _view(record: ExperimentRecord, page: ExperimentPage, repeat: int) -> bool:
    """The view with the frames it lacks; return whether the reader moved in it."""
    painting = page.sets_up and paint.painting(record.id)
    name = f"{record.id}.{repeat}"
    key = paint.view_key(record.id) if painting else f"{page.name}-{record.id}"
    since = sent_until(key, name)
    frames = new_frames(record, repeat, key, since)
    if not frames and since < 0:
        return False
    scene = store().scene(record.id, repeat)
    labels = method_labels(record.config.methods)
    payload = build_payload(
        name,
        scene,
        labels,
        frames,
        record.config.epochs,
        record.state,
        since=since,
        parts=parts_of(page.panels),
        bands=_new_bands(record, labels, key, since) if "curves" in page.panels else None,
    )
    here = place.current(record.id)
    with st.container(key=f"{page.name}-view"):
        view = lockstep_view(
            payload,
            key=key,
            live=record.active,
            panels=page.panels,
            epoch=here.epoch,
            selected=here.sample,
            jump=place.jump_count(),
            **(paint.editor_options(record.config, scene) if painting else {}),
        )
    paint.retrain(record.config, view)
    moved = place.follow_view(key, record.id, view)
    if moved and record.active:
        resend_after(key, name, since)  # a run of the page follows and may cancel this one
    return moved


def _new_bands(
    record: ExperimentRecord, labels: tuple[str, ...], key: str, since: int
) -> dict[str, Any] | None:
    """The bands, for a view that begins, and once more for a view that saw the run end."""
    sent, current = st.session_state.get(_BANDS), (key, record.state)
    st.session_state[_BANDS] = current
    return bands(record, labels) if since < 0 or (sent != current and not record.active) else None
