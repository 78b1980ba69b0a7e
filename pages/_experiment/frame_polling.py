"""What one look at an experiment takes in: not too much, and not when the reader waits.

New frames are for the timer that draws an experiment while it trains. A run of the whole page
answers a reader first; it takes new frames in only if the timer has not come by for a while.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from harmony_core.errors import RunError
from harmony_core.frames import Frame
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from .._shared.messages import spoken

READING = 0.05
"""Seconds that a look at a training may read frames, a fifth of what it takes to send them."""
OVERDUE = 1.0
"""Seconds after the last look when a run of the whole page looks too."""
_LAST = "last look"
_whole: ContextVar[bool] = ContextVar("whole page", default=False)


@contextmanager
def whole_page() -> Iterator[None]:
    """Around what a run of the whole page draws; a run of a fragment is not inside."""
    token = _whole.set(True)
    try:
        yield
    finally:
        _whole.reset(token)


def in_whole_page() -> bool:
    return _whole.get()


def new_frames(record: ExperimentRecord, repeat: int, view: str, since: int) -> list[list[Frame]]:
    """What ``view`` is to be given of the epochs after ``since``, -1 for a view that has nothing.

    While it trains this may be only the first of them, or none; a later look brings the rest.
    """
    if record.active and since >= 0 and in_whole_page() and not _overdue(view):
        return []
    begun = time.monotonic()
    st.session_state[_LAST] = (view, begun)
    found: list[list[Frame]] = []
    for epoch in store().epochs(record.id, repeat):
        if epoch <= since:
            continue
        if found and record.active and time.monotonic() - begun > READING:
            break
        try:
            found.append(store().frames(record.id, repeat, epoch))
        except RunError as error:
            st.warning(spoken(str(error)), icon=":material/broken_image:")
    return found


def _overdue(view: str) -> bool:
    last, at = st.session_state.get(_LAST, ("", 0.0))
    return bool(last != view or time.monotonic() - at > OVERDUE)
