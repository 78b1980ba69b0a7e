"""Front ends of our own, as components of the page: registered once, whoever asks first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypedDict

import streamlit as st


class Sources(TypedDict, total=False):
    """What a component is made of."""

    html: str
    js: str
    css: str


def component(name: str, sources: Callable[[], Sources]) -> Callable[..., Any]:
    """The component ``name`` of this process, made of ``sources`` when it is first needed."""
    return _register(st.runtime.exists(), name, sources)


@cache
def _register(running: bool, name: str, sources: Callable[[], Sources]) -> Callable[..., Any]:
    """``running`` keeps a bare import apart from a server."""
    del running
    return st.components.v2.component(name, **sources())


def nothing() -> None:
    """A state or trigger needs a callback to exist; the script runs again by itself."""
