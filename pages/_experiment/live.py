"""One experiment on a page: its status, the lockstep view with the page's panels, what follows it.

While it trains, a fragment on a timer draws status and view; when the run ends, the fragment asks
for one full run of the page, which declares it again without a timer. It asks before it draws, as a
run of the page may overtake what was sent just before. The microscope and the sandbox have widgets,
so they stay outside while the timer runs.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.panels import DENSITY, WEIGHTS, parts_of
from harmony_core.viewer.payload import build_payload

from .._session import place as where
from .._session.page_links import page_links
from .._shared.backend import queue, store
from .._shared.lockstep_view import ARENA, lockstep_view, sent_until, take_back
from .._shared.messages import messages
from .._shared.page import put
from .._shared.status import status_strip
from . import paint
from .bands import bands
from .below_the_view import sections
from .downloads import share
from .frame_polling import in_whole_page, new_frames, whole_page
from .results import results
from .starvation_note import collapse

PANELS = {"arena": ARENA, "density": DENSITY, "weights": WEIGHTS}

TICK = 0.3
"""Seconds between two looks at a running experiment."""
CALM = 1.0
"""The same for one that trains longer: every look costs the browser a tenth of a second."""
PATIENCE = 0.6
"""Seconds the first look waits for a first frame before it leaves that to the timer."""
SETTLED = 2.5
"""Seconds that frames are on screen before what stands beside the view is drawn."""
_LATEST = -1
_BANDS = "bands sent"
_BESIDE, _DUE = "beside drawn for", "beside due for"


def show(record: ExperimentRecord, page: str = "arena", *, fresh: bool = False) -> None:
    """Draw an experiment on one of `PANELS`; ``fresh``: it was started by this very click."""
    repeat = _choose_repeat(record)
    if fresh:
        _await_first_frame(record.id)
    tick = CALM if st.session_state.get(_BESIDE) == record.id and not fresh else TICK
    panel = st.fragment(_panel, run_every=tick if record.active else None)
    with whole_page():
        panel(record.id, page, repeat, record.active)
    if record.active and fresh:
        st.session_state[_BESIDE] = ""  # the first frame comes first
    elif record.active:
        st.fragment(_beside)(record, page, record.repeat if repeat == _LATEST else repeat)


def _choose_repeat(record: ExperimentRecord) -> int:
    repeats = record.config.seeds.repeats
    wanted = where.repeat_of(record.id, repeats)
    if repeats == 1:
        return 0
    options = [_LATEST, *range(repeats)] if record.active else list(range(repeats))
    key = f"repeat-{record.id}"
    usual = _LATEST if record.active else min(record.repeat, repeats - 1)
    put(key, usual if wanted is None else wanted)
    chosen = st.segmented_control(
        "Repeat on screen",
        options,
        key=key,
        required=True,
        format_func=lambda r: "The one in training" if r == _LATEST else f"{r + 1}",
        on_change=_repeat_chosen,
        args=(record.id, key),
    )
    return int(chosen) if chosen is not None else usual


def _repeat_chosen(run: str, key: str) -> None:
    chosen = st.session_state.get(key)
    repeat = None if chosen is None or chosen == _LATEST else int(chosen)
    where.move(replace(where.place(run), repeat=repeat))


def _await_first_frame(run_id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not store().epochs(run_id, 0):
        time.sleep(0.01)


def _panel(run_id: str, page: str, repeat: int, live: bool) -> None:
    with messages():
        record = store().get(run_id)
        shown = record.repeat if repeat == _LATEST else repeat
        if live and (not record.active or _beside_is_due(record.id, shown)):
            st.rerun()
        status_strip(record, queue().position(run_id))
        links = st.container(
            horizontal=True, gap="small", key="page-links", vertical_alignment="center"
        )
        moved = _view(record, page, shown)
        with links:
            page_links(page, record.id)
            if page == "arena" and not live and paint.can_paint(record.config):
                paint.switch(record.id)
        if live and moved:
            st.rerun()
        if not live:
            if page == "arena":
                results(record)
                collapse(record, shown)
            sections(record, shown)
            share(record, page, shown)


def _bands(record: ExperimentRecord, key: str, since: int) -> dict[str, Any] | None:
    """The bands, for a view that begins, and once for one that saw the run end."""
    sent, now = st.session_state.get(_BANDS), (key, record.state)
    st.session_state[_BANDS] = now
    return bands(record) if since < 0 or (sent != now and not record.active) else None


def _beside_is_due(run_id: str, repeat: int) -> bool:
    """Whether a run of the page is to draw `_beside`, as frames have been on screen for a while."""
    if (
        in_whole_page()
        or st.session_state.get(_BESIDE) == run_id
        or not store().epochs(run_id, repeat)
    ):
        return False
    run, since = st.session_state.get(_DUE, ("", 0.0))
    if run != run_id:
        st.session_state[_DUE] = (run_id, time.monotonic())
        return False
    if time.monotonic() - since <= SETTLED:
        return False
    st.session_state[_BESIDE] = run_id
    return True


def _beside(record: ExperimentRecord, page: str, repeat: int) -> None:
    """What has widgets of its own, while the timer draws the view."""
    st.session_state[_BESIDE] = record.id if store().epochs(record.id, repeat) else ""
    with messages():
        sections(record, repeat)
        share(record, page, repeat)


def _view(record: ExperimentRecord, page: str, repeat: int) -> bool:
    """The view with what is new since the last look; whether the reader moved in it."""
    painting = page == "arena" and paint.painting(record.id)
    name = f"{record.id}.{repeat}"
    key = paint.view_key(record.id) if painting else f"{page}-{record.id}"
    since = sent_until(key, name)
    frames = new_frames(record, repeat, key, since)
    if not frames and since < 0:
        return False
    panels = PANELS[page]
    scene = store().scene(record.id, repeat)
    payload = build_payload(
        name,
        scene,
        method_labels(record.config.methods),
        frames,
        record.config.epochs,
        record.state,
        since=since,
        parts=parts_of(panels),
        bands=_bands(record, key, since) if page == "arena" else None,
    )
    now = where.place(record.id)
    with st.container(key=f"{page}-view"):
        view = lockstep_view(
            payload,
            key=key,
            live=record.active,
            panels=panels,
            epoch=now.epoch,
            selected=now.sample,
            jump=where.jumps(),
            **(paint.options(record.config, scene) if painting else {}),
        )
    paint.retrain(record.config, view)
    moved = where.follow(key, record.id, view)
    if moved and record.active:
        take_back(key, name, since)  # a run of the page follows and may overtake it
    return moved
