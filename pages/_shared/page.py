"""What every page uses: the look, messages instead of tracebacks, small pieces of HTML."""

from __future__ import annotations

import gc
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import streamlit as st

from .messages import messages

ROOT = Path(__file__).resolve().parents[2]
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
