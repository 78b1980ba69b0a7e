"""What the administrator's page draws: the way in, the announcement, who uses what, the classes."""

from __future__ import annotations

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.serving.admin import NO_SECRET, admin_mark, gate
from harmony_core.serving.announcement import LONGEST, announcement
from harmony_core.serving.mode import SAID, mode
from harmony_core.serving.usage import Usage, usage

from .._session.visitor import access, become_admin, visitor
from .._shared.backend import store
from .._shared.labels import run_title
from .._shared.markdown import literal, spoken
from .._shared.messages import messages, toasts
from .._shared.page import Page
from .._shared.status import NAMES, age
from .._shared.tables import cells, table
from .classes import classes
from .disk import disk
from .words import name, size

MOST = 50
"""Experiments listed of one visitor, the newest."""
HEAD = ("Visitor", "Experiments", "Disk", "Deleted", "Pinned", "Training", "Waiting")
_SECRET, _TEXT = "admin-secret", "admin-announcement"


def admin(page: Page) -> None:
    """Draw the page, for the administrator; for others the way in."""
    st.title(page.title, anchor=False)
    if not visitor().admin:
        _enter()
        return
    st.caption(SAID[mode()])
    _announcement()
    found = usage(store())
    st.header("Who uses what", anchor=False)
    if found:
        table("Use by visitor", HEAD, [(name(one.owner), cells(_figures(one))) for one in found])
    else:
        st.caption("No visitor has experiments on this server yet.")
    disk(found)
    for one in found:
        if one.runs:
            _experiments(one)
    classes()


def _figures(one: Usage) -> list[str]:
    counts = (one.pinned, one.running, one.waiting)
    return [str(len(one.runs)), size(one.size), size(one.binned), *map(str, counts)]


def _enter() -> None:
    if not admin_mark():
        st.info(spoken(NO_SECRET), icon=":material/key_off:")
        return
    with st.form("admin-enter", border=True):
        st.text_input("The administrator’s secret", type="password", key=_SECRET)
        st.form_submit_button("Enter", type="primary", on_click=_entered)


def _entered() -> None:
    given = str(st.session_state.pop(_SECRET, ""))
    with toasts():
        become_admin(gate().enter(given, visitor().id))


def _announcement() -> None:
    st.header("Announcement", anchor=False)
    said = announcement(store().root)
    st.text_input(
        "Shown on every page until it is withdrawn",
        value=said,
        key=_TEXT,
        max_chars=LONGEST,
        placeholder="The server restarts at noon.",
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Announce", type="primary", icon=":material/campaign:", on_click=_announce)
        st.button("Withdraw", key="admin-withdraw", disabled=not said, on_click=_withdraw)


def _announce() -> None:
    with toasts():
        access().announce(str(st.session_state.get(_TEXT, "")))


def _withdraw() -> None:
    with toasts():
        access().announce("")
        st.session_state[_TEXT] = ""


def _experiments(one: Usage) -> None:
    with st.expander(
        f"Experiments of {name(one.owner)}", key=f"admin-of-{one.owner or 'operator'}"
    ):
        for run in one.runs[:MOST]:
            with messages():
                _experiment(run)
        if len(one.runs) > MOST:
            st.caption(f"{len(one.runs) - MOST} older ones are not listed.")


def _experiment(run: str) -> None:
    try:
        record = store().get(run)
    except HarmonyError:
        record = None
    pinned, shared = store().pinned(run), visitor().shared
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if record is None:
            st.markdown(f"{literal(run)}, unreadable", width="stretch")
        else:
            said = f"{NAMES[record.state]}, {age(record.created)}{', pinned' if pinned else ''}"
            st.markdown(f"{literal(run_title(record))}  \n:small[{said}]", width="stretch")
        if shared:
            label = "Unpin" if pinned else "Pin"
            st.button(label, key=f"admin-pin-{run}", on_click=_pin, args=(run, not pinned))
        if record is not None and record.active:
            st.button("Stop", key=f"admin-stop-{run}", on_click=_stop, args=(run,))
        else:
            st.button("Delete", key=f"admin-delete-{run}", on_click=_delete, args=(run,))


def _stop(run: str) -> None:
    with toasts():
        access().require_admin()
        access().stop(run)


def _pin(run: str, stays: bool) -> None:
    with toasts():
        access().require_admin()
        access().pin(run, stays=stays)


def _delete(run: str) -> None:
    with toasts():
        access().require_admin()
        access().delete(run)
