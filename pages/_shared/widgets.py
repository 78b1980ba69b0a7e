"""Setting a widget from the script."""

from __future__ import annotations

import streamlit as st


def set_widget(key: str, value: object) -> None:
    """Make the widget ``key`` show ``value``.

    A widget that already shows it is left alone: every value set here is sent to the browser, where
    it would undo what the reader did in the meantime.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value
