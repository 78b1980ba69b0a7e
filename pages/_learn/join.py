"""Join a class by typing the code that is on its projector."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from harmony_core.lessons.classroom.place import typed_code

from . import class_seat as student
from . import progress

_KEY = "learn-code"
_REFUSED = "learn code refused"


def join_class() -> None:
    """The field for the code, or where one sits."""
    if student.seat():
        st.caption(student.seat_note())
        return
    st.text_input(
        "In a class? Type its code and press Enter",
        key=_KEY,
        placeholder="KITE-MAPLE-07",
        on_change=_join,
        max_chars=40,
        width=320,
    )
    if refused := st.session_state.pop(_REFUSED, ""):
        st.warning(refused, icon=":material/group_off:")


def _join() -> None:
    typed = str(st.session_state.get(_KEY, ""))
    code = typed_code(typed)
    led = student.classroom().lead(code) if code else None
    if led is None:
        st.session_state[_REFUSED] = (
            "No class with this code is open. It looks like KITE-MAPLE-07 and is on the projector."
        )
        return
    progress.keep(replace(progress.place(), code=code, step=led.hold or 1))
