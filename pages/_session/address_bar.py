"""The address bar, kept right although the browser may still send an address already replaced.

Every browser event carries the address. An event sent before the browser learned of a new address
carries the old one; if that counted as a change, the reader would be thrown back. So an address
that this session itself replaced counts as a change only if the reader went back to it in the
browser's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_PAGE = "address page"
_REPLACED = "address left"
_CURRENT = "address last"
_MOST = 20
"""Replaced addresses to remember."""
Address = dict[str, list[str]]


def restore_address(page: str) -> None:
    """Begin a run of ``page``: undo an outdated address that the browser has sent late."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_REPLACED] = []
        st.session_state[_CURRENT] = _query()
    _correct()


@contextmanager
def rewriting() -> Iterator[None]:
    """Around every change that this session makes to the address."""
    _correct()
    before = _query()
    yield
    after = _query()
    if after != before:
        _replace(before, after)


def show_run_only(run: str) -> None:
    """Reduce the address to the run."""
    with rewriting():
        st.query_params.from_dict({"run": run})


def _correct() -> None:
    sent, current = _query(), st.session_state.get(_CURRENT)
    if current is None or sent == current:
        return
    if sent in st.session_state.get(_REPLACED, []) and not went_back():
        st.query_params.from_dict(current)
    else:
        _replace(current, sent)


def _replace(old: Address, new: Address) -> None:
    replaced: list[Address] = st.session_state.get(_REPLACED, [])
    others = [query for query in replaced if query != new]
    st.session_state[_REPLACED] = [*others, old][-_MOST:]
    st.session_state[_CURRENT] = new


def went_back() -> bool:
    """Whether the reader has just gone back or forth in the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _query() -> Address:
    return {key: st.query_params.get_all(key) for key in st.query_params}
