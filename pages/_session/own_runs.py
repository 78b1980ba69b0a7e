"""The experiments started in this browser, which keeps their ids; lists show them first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from .._shared.app_files import APP_ASSETS
from .._shared.component import Sources, component, nothing

_OWN = "own runs"


def remember(run: str) -> None:
    """``run`` was started in this browser."""
    st.session_state[_OWN] = (*_started(), run)


def split(ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of these experiments, those started in this browser, and the others; both in their order."""
    own = set(_started())
    return [run for run in ids if run in own], [run for run in ids if run not in own]


def keep_in_browser() -> None:
    """Keep the ids in the browser's storage, and add those that it kept from earlier visits."""
    with st.container(key="own-runs"):
        result = component("harmony_own_runs", _sources)(
            data={"started": list(_started())},
            key="own-runs-kept",
            height="content",
            on_kept_change=nothing,
        )
    kept = result.get("kept")
    if not isinstance(kept, list | tuple):
        return
    earlier = tuple(run for run in kept if isinstance(run, str) and run not in _started())
    if earlier:
        st.session_state[_OWN] = (*earlier, *_started())
        st.rerun()


def _started() -> tuple[str, ...]:
    started: tuple[str, ...] = st.session_state.get(_OWN, ())
    return started


def _sources() -> Sources:
    js = (APP_ASSETS / "own_runs.js").read_text(encoding="utf-8")
    return {"html": '<div class="own-runs" hidden></div>\n', "js": js}
