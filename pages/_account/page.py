"""What the page of an account draws, and what those see who have to sign in first."""

from __future__ import annotations

import streamlit as st

from harmony_core.serving.people import login_required

from .._session.sign_in import called, offered, sign_in_buttons, signed_in
from .._session.visitor import access
from .._shared.markdown import literal
from .._shared.messages import lead
from .._shared.page import Page

NO_ACCOUNTS = "Nobody signs in on this server: its operator has not set that up."
OF_THE_BROWSER = (
    "What you have made in this browser without signing in stays with this browser. It is listed "
    "again once you sign out."
)


def account(page: Page) -> None:
    """Draw the page: who is signed in, and the way out or in."""
    st.title(page.title, anchor=False)
    if not offered():
        st.info(NO_ACCOUNTS, icon=":material/no_accounts:")
        return
    if not signed_in():
        lead("Sign in to have your experiments and uploads in every browser.")
        st.caption(OF_THE_BROWSER)
        sign_in_buttons()
        return
    name = literal(called()) or "an account without a name"
    st.markdown(f"Signed in as **{name}**, with {len(access().listed())} experiments.")
    lead("Your experiments and uploads are yours in every browser in which you sign in.")
    if not login_required():
        st.caption(OF_THE_BROWSER)
    st.button("Sign out", icon=":material/logout:", key="sign-out", on_click=st.logout)


def refuse() -> None:
    """Draw the way in for those who have not signed in, in place of every page."""
    with st.container(key="refused"):
        st.title("Harmony", anchor=False)
        lead("This server is for people who have an account. Sign in to go on.")
        sign_in_buttons()
