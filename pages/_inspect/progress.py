"""What goes on with the file: a bar from the second second on, a way to stop it, and its end."""

from __future__ import annotations

import streamlit as st

from .._shared.messages import spoken, toasts
from .inspected_file import PREFIX, Look, look

TICK = 0.3
NAMED = "inspect-of-named"
QUICK = 1.0
"""Seconds before a bar is shown."""


def going_on(stages: int, what: str) -> None:
    """Follow the job until it ends or its result grows, then draw the page anew."""
    st.fragment(_strip, run_every=TICK)(stages, what)


def _strip(stages: int, what: str) -> None:
    now = look()
    if now is None or now.job is None:
        st.rerun()
    status = now.job.status
    if not status.active or status.stages != stages:
        st.rerun()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="inspect-going"
    ):
        if now.job.seconds < QUICK:
            st.caption("Reading …")
            return
        share = min(max(status.share or 0.0, 0.0), 1.0)
        done = "" if status.share is None else f", {100 * share:.0f} %"
        st.progress(share, text=spoken(f"{status.message}{done}"))
        st.button("Cancel", icon=":material/stop:", key=PREFIX + "cancel", on_click=now.cancel)
    if what:
        st.caption(what)


def ending(now: Look) -> None:
    """Why there is no result, or less than was asked for, and what can be done."""
    assert now.job is not None
    status, pilot = now.job.status, now.job.request.pilot
    if status.state == "failed":
        st.error(spoken(status.error), icon=":material/error:")
    elif status.state == "cancelled":
        what = "The pilot was cancelled." if pilot else "The look at this file was cancelled."
        st.info(what, icon=":material/stop_circle:")
    if pilot or status.state not in ("failed", "cancelled"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if status.state == "failed" and "olumn" in status.error:
            st.text_input("Column of the labels", key=NAMED, on_change=_again, width=280)
        st.button("Look again", icon=":material/refresh:", key=PREFIX + "again", on_click=_again)


def _again() -> None:
    now, name = look(), str(st.session_state.get(NAMED) or "").strip()
    if now is not None:
        with toasts():
            now.again(label=name or None)
