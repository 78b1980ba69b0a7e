"""How students come into a class: a code to type, a link, and the link as a QR code."""

from __future__ import annotations

import html
from functools import lru_cache
from urllib.parse import urlencode

import streamlit as st

from harmony_core.lessons.classroom.place import CoursePlace
from harmony_core.lessons.classroom.qr import qr_svg

from .._shared.thumbnails import svg_uri

SCREEN = "screen"
"""Value of ``view`` in the address of the projector view."""


def course_address() -> str:
    """The address of the course on this server."""
    base = (st.context.url or "").split("?")[0].rstrip("/")
    base = base.rpartition("/")[0] if base.endswith("/teach") else base
    return f"{base}/learn"


def address(place: CoursePlace) -> str:
    """The full address of the course at a place."""
    return f"{course_address()}?{urlencode(place.query())}"


def class_address(code: str) -> str:
    """The link into a class; what is fixed for the class need not be in it."""
    return f"{course_address()}?{urlencode({'class': code})}"


def screen_address(code: str) -> str:
    """The address of the projector view, which needs no key."""
    base = course_address().removesuffix("/learn")
    return f"{base}/teach?{urlencode({'class': code, 'view': SCREEN})}"


def join_card(code: str) -> None:
    """Code, link and QR code."""
    link = class_address(code)
    st.html(
        f'<section class="join-card"><img src="{_qr(link)}" alt="QR code of the link for students">'
        f"<div><p>Scan the code, or open <b>{html.escape(course_address())}</b> and type</p>"
        f'<p class="join-code">{html.escape(code)}</p></div></section>'
    )
    st.code(link, language=None, wrap_lines=True)


def join_corner(code: str, *, large: bool) -> None:
    """The same for a projector."""
    short = course_address().partition("://")[2]
    st.html(
        f'<section class="join-corner{" large" if large else ""}">'
        f'<img src="{_qr(class_address(code))}" alt="QR code of the link for students">'
        f'<p>{html.escape(short)}</p><p class="join-code">{html.escape(code)}</p></section>'
    )


@lru_cache(maxsize=64)
def _qr(link: str) -> str:
    return svg_uri(qr_svg(link))
