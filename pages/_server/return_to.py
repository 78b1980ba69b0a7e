"""Back to the page where somebody signed in; Streamlit would open the first page.

The page's own address comes with the request to sign in, as `Referer`, and is kept in a cookie
until the provider sends the browser back.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .address import base_path, host_of, inner_path
from .login_settings import CALLBACK

COOKIE = "harmony_return"
LOGIN = "/auth/login"
SECONDS = 900
LONGEST = 2_000
PLACE = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path and a query of this server, in printable ASCII without backslashes."""


class ReturnTo:
    """Remembers the page that a browser leaves to sign in, and sends it back there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = inner_path(scope) if scope["type"] == "http" else ""
        if path not in (LOGIN, CALLBACK):
            await self._app(scope, receive, send)
            return
        place = _left(scope) if path == LOGIN else _kept(scope)

        async def send_with_place(message: Message) -> None:
            if message["type"] == "http.response.start" and place:
                headers = MutableHeaders(scope=message)
                if path == LOGIN:
                    headers.append("Set-Cookie", _cookie(quote(place, safe=""), SECONDS))
                elif headers.get("location", "").rstrip("/") == base_path():
                    headers["location"] = place
                    headers.append("Set-Cookie", _cookie("", 0))
            await send(message)

        await self._app(scope, receive, send_with_place)


def _left(scope: Scope) -> str:
    """The page of this server from which a request comes; empty for any other."""
    came = urlsplit(Headers(scope=scope).get("referer", ""))
    place = came.path + (f"?{came.query}" if came.query else "")
    return place if came.netloc == host_of(scope) and _is_here(place) else ""


def _kept(scope: Scope) -> str:
    place = unquote(cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, ""))
    return place if _is_here(place) else ""


def _is_here(place: str) -> bool:
    return (
        len(place) <= LONGEST
        and bool(PLACE.fullmatch(place))
        and place.startswith(f"{base_path()}/")
    )


def _cookie(value: str, seconds: int) -> str:
    path = base_path() or "/"
    return f"{COOKIE}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
