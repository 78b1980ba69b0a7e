"""Which new frames a run of the script sends: not too many, and none while the reader waits.

New frames are the business of the timer that draws an experiment during its training. A run of the
whole page answers the reader first, and sends new frames only if the timer is overdue.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from harmony_core.errors import RunError
from harmony_core.frames import Frame
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from .._shared.markdown import spoken
from .sent_epochs import sent_epochs

READING = 0.05
"""Seconds that one poll of a training may read frames, a fifth of what it takes to send them."""
OVERDUE = 1.0
"""Seconds after the last poll from which a run of the whole page polls too."""
_LAST_POLL = "last look"
_whole_page: ContextVar[bool] = ContextVar("whole page", default=False)


@contextmanager
def whole_page() -> Iterator[None]:
    """Around what a run of the whole page draws; a run of a fragment is not inside."""
    token = _whole_page.set(True)
    try:
        yield
    finally:
        _whole_page.reset(token)


def in_whole_page() -> bool:
    return _whole_page.get()


def new_frames(
    record: ExperimentRecord, repeat: int, view: str, since: int, panels: Sequence[str]
) -> list[list[Frame]]:
    """The frames to send to ``view`` of the epochs after ``since``; -1 is a view without any.

    Of many classes not every recorded epoch is among them, see `sent_epochs`.

    During a training these may be only the first ones, or none; a later poll brings the rest.
    """
    if record.active and since >= 0 and in_whole_page() and not _overdue(view):
        return []
    begun = time.monotonic()
    st.session_state[_LAST_POLL] = (view, begun)
    found: list[list[Frame]] = []
    for epoch in sent_epochs(record, repeat, panels):
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
    polled, at = st.session_state.get(_LAST_POLL, ("", 0.0))
    return bool(polled != view or time.monotonic() - at > OVERDUE)
