"""The job of the file: a bar after the first second, a way to stop it, and how it ended."""

from __future__ import annotations

import streamlit as st

from .._shared.markdown import literal, spoken
from .._shared.messages import toasts
from .inspected_file import PREFIX, InspectedFile, current_file
from .wording import on_page

TICK = 0.3
NAMED, LIKELY = "inspect-of-named", "inspect-of-likely"
BEST = 3
"""Columns that take one click."""
QUICK = 1.0
"""Seconds before a bar is shown."""


def show_progress(stages: int, what: str) -> None:
    """Follow the job; when it ends or its result grows, rerun the page."""
    st.fragment(_strip, run_every=TICK)(stages, what)


def _strip(stages: int, what: str) -> None:
    file = current_file()
    if file is None or file.job is None:
        st.rerun()
    status = file.job.status
    if not status.active or status.stages != stages:
        st.rerun()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="inspect-going"
    ):
        if file.job.seconds < QUICK:
            st.caption("Reading …")
            return
        share = min(max(status.share or 0.0, 0.0), 1.0)
        done = "" if status.share is None else f", {100 * share:.0f} %"
        st.progress(share, text=spoken(f"{status.message}{done}"))
        st.button("Cancel", icon=":material/stop:", key=PREFIX + "cancel", on_click=file.cancel)
    if what:
        st.caption(what)


def show_outcome(file: InspectedFile) -> None:
    """Why there is no result or only part of it, and what to do."""
    assert file.job is not None
    status, pilot = file.job.status, file.job.request.pilot
    if status.state == "failed":
        st.error(spoken(on_page(status.error)), icon=":material/error:")
    elif status.state == "cancelled":
        what = "The pilot was cancelled." if pilot else "The inspection of this file was cancelled."
        st.info(what, icon=":material/stop_circle:")
    if pilot or status.state not in ("failed", "cancelled"):
        return
    if status.likely > 1:
        st.segmented_control(
            "The likeliest columns",
            status.columns[: min(status.likely, BEST)],
            key=f"{LIKELY}-{file.result_path.parent.name}",
            format_func=literal,
            on_change=_again,
            args=(f"{LIKELY}-{file.result_path.parent.name}",),
        )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if status.columns:
            key = f"{NAMED}-{file.result_path.parent.name}"
            st.selectbox(
                "Column of the labels",
                status.columns,
                index=None,
                placeholder="Choose a column",
                key=key,
                on_change=_again,
                args=(key,),
                width=280,
            )
        st.button("Look again", icon=":material/refresh:", key=PREFIX + "again", on_click=_again)


def _again(key: str = "") -> None:
    file, name = current_file(), st.session_state.get(key) if key else None
    if file is not None and (name or not key):
        with toasts():
            file.inspect(label=name)
