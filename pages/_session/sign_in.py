"""Signing in and out, by Streamlit's own OpenID Connect."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from harmony_core.serving.mode import mode
from harmony_core.serving.people import login_required, person_id

from .._server.admitted import admit
from .._server.login_settings import providers
from .._shared.backend import store
from .._shared.markdown import literal


def offered() -> bool:
    """Whether this server has people who sign in."""
    return bool(providers()) and (login_required() or mode() == "shared")


def signed_in() -> bool:
    """Whether this visit's visitor has signed in."""
    return offered() and bool(st.user.get("is_logged_in"))


def person() -> str:
    """The visitor id of who has signed in; empty for others."""
    if not signed_in():
        return ""
    return person_id(store().root, str(st.user.get("iss") or ""), str(st.user.get("sub") or ""))


def called() -> str:
    """What to call who has signed in, as their provider does."""
    names = (st.user.get(name) for name in ("name", "preferred_username", "email"))
    return next((str(name) for name in names if name), "")


def let_in() -> bool:
    """Whether this visit may use the app; from now on it may upload too."""
    if login_required() and not signed_in():
        return False
    context = get_script_run_ctx()
    if context is not None:
        admit(context.session_id)
    return True


def sign_in_buttons() -> None:
    """A button for each provider, which leads to its page."""
    for name in providers():
        st.button(
            f"Sign in with {literal(name[:1].upper() + name[1:])}" if name else "Sign in",
            type="primary",
            icon=":material/login:",
            key=f"sign-in-{name}",
            on_click=st.login,
            args=(name,) if name else (),
        )
