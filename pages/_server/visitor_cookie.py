"""The cookie by which a visitor is known again: a random number that no script of a page can read.

Nothing about the visitor is in it. It is set with the first page and lasts a year.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .address import base_path

COOKIE = "harmony_visitor"
TOKEN_BYTES = 16
SECONDS = 365 * 24 * 3600
TOKEN = re.compile(rf"[0-9a-f]{{{2 * TOKEN_BYTES}}}")
PAGE = "text/html"


def token_of(scope: Scope) -> str:
    """The token that a request carries; empty if it has none that this server could have set."""
    token = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


class VisitorCookie:
    """Gives a browser that asks for a page and has no token a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and PAGE in Headers(scope=scope).get("accept", "")
        )
        if not asks or token_of(scope):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = message["status"] == 304  # the browser has the page, but lost the cookie
                if kept or headers.get("content-type", "").startswith(PAGE):
                    headers.append("Set-Cookie", _new_cookie())
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _new_cookie() -> str:
    token = secrets.token_hex(TOKEN_BYTES)
    cookie = f"{COOKIE}={token}; Path={base_path() or '/'}; Max-Age={SECONDS}; HttpOnly"
    return f"{cookie}; SameSite=Lax"
