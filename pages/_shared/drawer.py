"""The sidebar on a phone, where it is a drawer over the page."""

from __future__ import annotations

from functools import cache

import streamlit as st

from .app_files import APP_ASSETS


def close_drawer_on_navigation() -> None:
    """Let the browser close the drawer when a page is chosen in it, which Streamlit leaves open."""
    with st.container(key="drawer"):
        st.html(drawer_script(), unsafe_allow_javascript=True)


@cache
def drawer_script() -> str:
    """The script as a page holds it; the server's content security policy lets it run."""
    return f'<script type="module">{(APP_ASSETS / "drawer.js").read_text("utf-8")}</script>'
