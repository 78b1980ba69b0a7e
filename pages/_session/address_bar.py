"""The address bar, safe against what the browser sent before it knew of the last change.

Every event of the browser brings the link along. One that was on its way while the session wrote a
new link brings the old one; taken for news, it would throw the reader back. So a link that the
session has itself replaced counts as news only if the reader went back to it in the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_PAGE = "address page"
_LEFT = "address left"
_LAST = "address last"
_MOST = 20
"""Replaced links to remember."""
Link = dict[str, list[str]]


def settle(page: str) -> None:
    """Begin a run of ``page``: put a link that came late right again."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_LEFT] = []
        st.session_state[_LAST] = _now()
    _correct()


@contextmanager
def rewriting() -> Iterator[None]:
    """Around every change of the link by this session."""
    _correct()
    before = _now()
    yield
    after = _now()
    if after != before:
        _replaced(before, after)


def _correct() -> None:
    here, last = _now(), st.session_state.get(_LAST)
    if last is None or here == last:
        return
    if here in st.session_state.get(_LEFT, []) and not _went_back():
        st.query_params.from_dict(last)
    else:
        _replaced(last, here)


def _replaced(old: Link, new: Link) -> None:
    left: list[Link] = st.session_state.get(_LEFT, [])
    st.session_state[_LEFT] = [*(link for link in left if link != new), old][-_MOST:]
    st.session_state[_LAST] = new


def _went_back() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _now() -> Link:
    return {key: st.query_params.get_all(key) for key in st.query_params}
