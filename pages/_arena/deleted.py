"""The experiments in the bin: restored, or deleted for good."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from harmony_core.runs.record import time_text

from .._session.visitor import access
from .._shared.labels import run_title
from .._shared.markdown import literal
from .._shared.messages import toasts
from .._shared.status import age

MOST = 30
"""Experiments shown, those deleted last."""


def deleted() -> None:
    """What the visitor has deleted in the last days, if anything."""
    found = access().deleted()
    if not found:
        return
    with st.expander(f"Deleted ({len(found)})", icon=":material/delete:", key="deleted"):
        st.caption("Kept for a week, or until the room is needed; then deleted for good.")
        for one in found[:MOST]:
            since = age(time_text(datetime.fromtimestamp(one.since, UTC)))
            title = literal(run_title(one.record) if one.record else one.id)
            ago = since if since == "now" else f"{since} ago"
            st.markdown(f"{title}  \n:small[deleted {ago}]")
            with st.container(horizontal=True, gap="xsmall"):
                st.button(
                    "Restore",
                    icon=":material/restore_from_trash:",
                    key=f"restore-{one.id}",
                    on_click=_restore,
                    args=(one.id,),
                )
                st.button(
                    "Delete for good",
                    icon=":material/delete_forever:",
                    type="tertiary",
                    key=f"remove-{one.id}",
                    on_click=_remove,
                    args=(one.id,),
                )


def _restore(run: str) -> None:
    with toasts():
        access().restore(run)


def _remove(run: str) -> None:
    with toasts():
        access().remove(run)
