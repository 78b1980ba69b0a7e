"""Recent experiments in the sidebar: open, rename, delete."""

from __future__ import annotations

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.runs.record import ExperimentRecord

from .._session import draft
from .._shared.backend import store
from .._shared.labels import literal, run_title
from .._shared.messages import spoken, toasts
from .._shared.status import ICONS, NAMES, age, short_title

NEWEST = 12


def history(shown: str) -> None:
    """The newest experiments, and a list of the others; ``shown`` is the one on the page."""
    ids = store().ids()
    if not ids:
        st.caption("No experiment yet. Press Train and it will be kept here.")
        return
    for run in ids[:NEWEST]:
        _entry(run, current=run == shown)
    older = ids[NEWEST:]
    if older:
        st.selectbox(
            f"{len(older)} more",
            older,
            index=None,
            placeholder=f"Open one of {len(older)} older experiments",
            format_func=short_title,
            key="history-older",
            on_change=_open_older,
        )


def _entry(run: str, *, current: bool) -> None:
    try:
        record = store().get(run)
    except HarmonyError as error:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.caption(f":material/broken_image: {run}: unreadable", help=spoken(str(error)))
            _menu(run, run, deletable=True)
        return
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key=f"history-{run}"
    ):
        st.button(
            f"{literal(run_title(record))}  \n:small[{_when(record)}]",
            icon=f":material/{ICONS[record.state]}:",
            key=f"open-{run}",
            on_click=_open,
            args=(run,),
            type="secondary" if current else "tertiary",
            width="stretch",
        )
        _menu(run, run_title(record), deletable=not record.active)


def _when(record: ExperimentRecord) -> str:
    return f"{NAMES[record.state]} · {age(record.created)}"


def _menu(run: str, title: str, *, deletable: bool) -> None:
    with st.popover(
        "", icon=":material/more_horiz:", help=f"Rename or delete {literal(title)}", type="tertiary"
    ):
        st.text_input(
            "Title", value=title, key=f"title-{run}", on_change=_rename, args=(run,), max_chars=120
        )
        if not deletable:
            st.caption("Stop it before deleting it.")
            return
        sure = st.checkbox("Yes, delete it with all its results", key=f"sure-{run}")
        st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete-{run}",
            disabled=not sure,
            on_click=_delete,
            args=(run,),
        )


def _open(run: str) -> None:
    draft.open_run(run)


def _open_older() -> None:
    run = st.session_state.get("history-older")
    if run:
        st.session_state["history-older"] = None
        draft.open_run(run)


def _rename(run: str) -> None:
    with toasts():
        store().rename(run, st.session_state[f"title-{run}"])


def _delete(run: str) -> None:
    with toasts():
        store().delete(run)
        if draft.linked_run() == run:
            draft.show_run("")
