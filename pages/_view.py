"""The lockstep view: every panel of one experiment, driven by one epoch scrubber in the browser.

A Streamlit components-v2 component around the hand-written modules of ``assets/view``, which
`harmony_core.plots.bundle` joins into one.

A payload holds only the epochs after the last one that this browser session was given. A view that
finds a gap (a fresh mount, a dropped tick) asks for everything: its trigger ``need`` forgets what
was sent, and the script runs again.

    since = sent_until("arena", run_id)
    payload = build_payload(run_id, scene, labels, frames, epochs, state, since=since)
    view = lockstep_view(payload, key="arena", live=state == "running")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from harmony_core.plots.bundle import bundle, stylesheet
from harmony_core.plots.payload import Payload

HTML = '<div class="hv"></div>\n'


@dataclass(frozen=True)
class ViewState:
    """What the reader did in the view: the epoch they stopped at and the sample they chose."""

    selected: int | None = None
    """Position among the scene's tracked samples."""
    epoch: int | None = None
    """The epoch on screen when the playhead was last let go."""


def sent_until(key: str, run_id: str) -> int:
    """The last epoch of ``run_id`` this session's view ``key`` was given; -1 for nothing yet."""
    run, epoch = st.session_state.get(_slot(key), ("", -1))
    return int(epoch) if run == run_id else -1


def forget_sent(key: str) -> None:
    """Make the next payload of view ``key`` begin at the beginning."""
    st.session_state.pop(_slot(key), None)


def lockstep_view(
    payload: Payload,
    key: str,
    *,
    live: bool,
    height: int | None = None,
    autoplay: bool = False,
    epoch: int | None = None,
    selected: int | None = None,
) -> ViewState:
    """Draw ``payload`` under ``key``; ``live`` shows that more will come and offers to follow.

    ``height`` in pixels makes the view scroll inside a box (default: as tall as it needs).
    ``autoplay`` starts playing and loops unless the reader asked for reduced motion. ``epoch`` and
    ``selected`` are where a fresh view begins. The state changes when the reader lets go of the
    playhead or selects, never while they scrub.
    """
    options = {"live": live, "autoplay": autoplay, "epoch": epoch, "selected": selected}
    payload = Payload({**payload.meta, "options": options}, payload.blob)
    result = _component()(
        data=payload.wire(),
        key=key,
        height=height if height is not None else "content",
        on_need_change=lambda: forget_sent(key),
        on_selected_change=_nothing,
        on_epoch_change=_nothing,
    )
    st.session_state[_slot(key)] = (payload.meta["run"], payload.last_epoch)
    return ViewState(_whole(result.get("selected")), _whole(result.get("epoch")))


def _component() -> Callable[..., Any]:
    return _register(st.runtime.exists())


@cache
def _register(running: bool) -> Callable[..., Any]:
    """Register once for the process; ``running`` keeps a bare import apart from a server."""
    return st.components.v2.component(
        "harmony_lockstep_view", html=HTML, css=stylesheet(), js=bundle()
    )


def _nothing() -> None:
    """A state needs a callback to exist; the script runs again by itself."""


def _slot(key: str) -> str:
    return f"_lockstep_view.{key}"


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
