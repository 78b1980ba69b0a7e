"""Who is at the browser, and what they may do; in solo mode everybody is the same visitor."""

from __future__ import annotations

from secrets import token_hex

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.serving.access import Access
from harmony_core.serving.admin import admin_mark
from harmony_core.serving.mode import mode, serve_at
from harmony_core.serving.owners import SOLO_VISITOR, Visitor, visitor_of
from harmony_core.serving.upload_owners import require_data

from .._server.visitor_cookie import COOKIE, TOKEN
from .._shared.backend import queue, store
from .sign_in import person

"""Holds the random token of a browser; the server sets it, no script can read it."""
_ADMIN = "administrator"
_ALONE = "visitor of this session"


def learn_address() -> None:
    """Tell the library where this server listens, from which its mode follows."""
    serve_at(st.get_option("server.address"))


def visitor() -> Visitor:
    """The visitor of this session."""
    learn_address()
    mark = admin_mark()
    admin = bool(mark) and st.session_state.get(_ADMIN) == mark
    return Visitor(visitor_id(), mode() == "shared", admin)


def become_admin(mark: str) -> None:
    """This session has given the secret; `gate` returned the mark."""
    st.session_state[_ADMIN] = mark


def visitor_id() -> str:
    """32 hexadecimal digits of who has signed in, else of the browser's token; or `SOLO_VISITOR`.

    A browser without a token is a visitor for this session alone.
    """
    if mode() == "solo":
        return SOLO_VISITOR
    if signed := person():
        return signed
    token = str(st.context.cookies.get(COOKIE, ""))
    if not TOKEN.fullmatch(token):
        token = st.session_state.setdefault(_ALONE, token_hex(16))
    return visitor_of(token)


def access() -> Access:
    """What the visitor may see and change, and the only way by which pages change experiments."""
    return Access(store(), queue, visitor())


def require_usable(config: ExperimentConfig) -> None:
    """Raise `DataError` if the data of an experiment are the upload of somebody else."""
    require_data(config, visitor())
