"""One experiment on the page: its status, the lockstep view, and the results when it has ended.

While it trains, a fragment on a timer draws status and view; when the run ends, the fragment asks
for one full run of the page, which declares it again without a timer.
"""

from __future__ import annotations

import time

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from harmony_core.analysis.accuracy import THIRDS, thirds
from harmony_core.errors import RunError
from harmony_core.method_text import method_labels
from harmony_core.plots.payload import build_payload
from harmony_core.runs.record import ExperimentRecord

from ._backend import queue, store
from ._parts import messages, spoken
from ._results import results
from ._status import status_strip
from ._view import lockstep_view, sent_until

TICK = 0.3
"""Seconds between two looks at a running experiment."""
PATIENCE = 0.6
"""Seconds the first look waits for a first frame before it leaves that to the timer."""
_LATEST = -1
_ENDING = "run that has ended"


def show(record: ExperimentRecord, *, fresh: bool = False) -> None:
    """Draw an experiment; ``fresh``: it was started by this very click."""
    repeat = _choose_repeat(record)
    if fresh:
        _await_first_frame(record.id)
    panel = st.fragment(_panel, run_every=TICK if record.active else None)
    panel(record.id, repeat, record.active)
    if not record.active:
        with messages():
            results(record)


def _choose_repeat(record: ExperimentRecord) -> int:
    repeats = record.config.seeds.repeats
    if repeats == 1:
        return 0
    options = [_LATEST, *range(repeats)] if record.active else list(range(repeats))
    key = f"repeat-{record.id}"
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if record.active else min(record.repeat, repeats - 1)
    chosen = st.segmented_control(
        "Repeat on screen",
        options,
        key=key,
        required=True,
        format_func=lambda r: "The one in training" if r == _LATEST else f"{r + 1}",
    )
    return int(chosen) if chosen is not None else options[0]


def _await_first_frame(run_id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not store().epochs(run_id, 0):
        time.sleep(0.01)


def _panel(run_id: str, repeat: int, live: bool) -> None:
    with messages():
        record = store().get(run_id)
        shown = record.repeat if repeat == _LATEST else repeat
        status_strip(record, queue().position(run_id))
        _view(record, shown)
        if live and not record.active:
            _end(run_id)


def _end(run_id: str) -> None:
    """Run the page once more, a tick after the last frames, which it would overtake otherwise."""
    if st.session_state.get(_ENDING) == run_id:
        del st.session_state[_ENDING]
        st.rerun()
    st.session_state[_ENDING] = run_id


def _view(record: ExperimentRecord, repeat: int) -> None:
    """The view with what is new since the last look; nothing before the first frame."""
    name = f"{record.id}.{repeat}"
    since = sent_until("arena", name)
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return
    frames = []
    for epoch in epochs:
        if epoch > since:
            try:
                frames.append(store().frames(record.id, repeat, epoch))
            except RunError as error:
                st.warning(spoken(str(error)), icon=":material/broken_image:")
    if not frames and since < 0:
        return
    scene = store().scene(record.id, repeat)
    payload = build_payload(
        name,
        scene,
        method_labels(record.config.methods),
        frames,
        record.config.epochs,
        record.state,
        since=since,
        groups=_groups(scene.train_counts),
    )
    with st.container(key="arena-view"):
        lockstep_view(payload, key="arena", live=record.active)


def _groups(train_counts: NDArray[np.integer]) -> dict[str, list[int]]:
    """Head, medium and tail as the tables have them, so that both show the same numbers."""
    groups = thirds(train_counts)
    named = {name.capitalize(): np.flatnonzero(groups == i) for i, name in enumerate(THIRDS)}
    return {name: classes.tolist() for name, classes in named.items() if len(classes)}
