"""What every page uses: the look, messages instead of tracebacks, small pieces of HTML."""

from __future__ import annotations

import gc
import html
import re
import runpy
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import TracebackType

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.plots.style import CLASS_COLORS, METHOD_COLORS

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets" / "app"
_entered: ContextVar[bool] = ContextVar("entered", default=False)


@contextmanager
def entered() -> Iterator[None]:
    """Around the page that `app.py` runs."""
    token = _entered.set(True)
    try:
        yield
    finally:
        _entered.reset(token)


def draw(page: Callable[[], None]) -> None:
    """Draw a page of the app; a `HarmonyError` in it becomes a message.

    A fresh server whose first visitor comes by a page's own link runs that file in place of
    `app.py`, as it knows of no navigation yet. The page then enters the app by its front door,
    which draws the page that the link names.
    """
    if not _entered.get():
        runpy.run_path(str(ROOT / "app.py"))
        return
    with messages():
        page()
    _settle(page.__name__)


@cache
def _settle(page: str) -> None:
    """Spare what a page's first drawing has loaded from Streamlit's collection after every run.

    That takes 45 ms of each run otherwise, several times a second while something trains.
    """
    del page
    gc.freeze()


def put(key: str, value: object) -> None:
    """Make the widget ``key`` show ``value``.

    A widget that shows it already is left alone: a value that is set is sent, and would undo what
    the reader has done while it was on its way.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def theme() -> str:
    """``light`` or ``dark``, as the browser shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def style() -> None:
    """Put the app's style sheets into the page."""
    st.html(_sheets())


@cache
def _sheets() -> str:
    """All style sheets, and the palettes as variables that follow the theme by themselves."""
    palettes: dict[str, Mapping[str, tuple[str, ...]]] = {"c": CLASS_COLORS, "m": METHOD_COLORS}
    variables = "".join(
        f"--{letter}{i}:light-dark({light},{dark});"
        for letter, palette in palettes.items()
        for i, (light, dark) in enumerate(zip(palette["light"], palette["dark"], strict=True))
    )
    sheets = (path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css")))
    return f"<style>.stApp{{{variables}}}\n{''.join(sheets)}</style>"


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
    """Like `messages`, for callbacks, which run before the page has a place for a message."""

    def say(self, text: str) -> None:
        st.toast(spoken(text), icon=":material/error:", duration="long")


def spoken(text: str) -> str:
    """A message for a place that reads Markdown: its `code` stays, nothing else is markup."""
    parts = re.split(r"(`[^`\n]*`)", text)
    return "".join(
        part if i % 2 else re.sub(r"([\\`*_\[\]<>$~])", r"\\\1", part)
        for i, part in enumerate(parts)
    )


def lead(text: str) -> None:
    """The sentence under a heading."""
    st.html(f'<p class="lead">{html.escape(text)}</p>')
