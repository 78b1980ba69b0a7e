"""The app's own browser components, each registered once, when first used."""

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
    """The component ``name``, made of ``sources`` when it is first used in this process."""
    return _register(st.runtime.exists(), name, sources)


@cache
def _register(running: bool, name: str, sources: Callable[[], Sources]) -> Callable[..., Any]:
    """``running`` is part of the cache's key: a bare import registers nothing for a server."""
    del running
    return st.components.v2.component(name, **sources())


def nothing() -> None:
    """A callback: Streamlit ignores states and triggers without one, and reruns by itself."""
