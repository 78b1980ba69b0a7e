"""Errors shown as messages instead of tracebacks."""

from __future__ import annotations

import html
from contextlib import AbstractContextManager
from types import TracebackType

import streamlit as st

from harmony_core.errors import HarmonyError

from .markdown import spoken


class messages(AbstractContextManager[None]):
    """Show a `HarmonyError` raised inside as a message; what was drawn before it stays."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, HarmonyError):
            self.say(str(error))
            return True
        return False

    def say(self, text: str) -> None:
        st.error(spoken(text), icon=":material/error:")


class toasts(messages):
    """Like `messages`, for callbacks, which run before anything is drawn."""

    def say(self, text: str) -> None:
        st.toast(spoken(text), icon=":material/error:", duration="long")


def lead(text: str) -> None:
    """The sentence under a heading."""
    st.html(f'<p class="lead">{html.escape(text)}</p>')
