"""The open classes, as the administrator sees them: whose, how large, how old, and an end."""

from __future__ import annotations

import streamlit as st

from harmony_core.quotas import quotas
from harmony_core.serving.class_owners import end_class

from .._learn.class_seat import caretaker, classroom
from .._session.visitor import access, visitor
from .._shared.labels import count
from .._shared.messages import toasts
from .._shared.status import duration
from .words import name


def classes() -> None:
    """List the open classes, the oldest first, each with a button that ends it."""
    st.header("Open classes", anchor=False)
    opened = classroom().opened()
    if not opened:
        st.caption("No class is open.")
    elif visitor().shared:
        st.caption(f"A visitor may have {quotas().open_classes} open at a time.")
    for one in opened:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            students = count(one.seats, "student")
            said = f"{students}, opened {duration(one.age)} ago by {name(one.owner)}"
            st.markdown(f"{one.code}  \n:small[{said}]", width="stretch")
            st.button(
                f"End {one.code}", key=f"admin-end-{one.code}", on_click=_end, args=(one.code,)
            )


def _end(code: str) -> None:
    with toasts():
        access().require_admin()
        end_class(classroom(), code, visitor())
        caretaker().wake()
