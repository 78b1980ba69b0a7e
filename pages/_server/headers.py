"""The headers of every answer: what a page of the app may load, who may frame it, safe cookies."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harmony_core.errors import ConfigError

from .._shared.drawer import drawer_script
from .address import authority, host_of

POLICY = {
    "default-src": "'none'",
    "base-uri": "'self'",
    "connect-src": "'self'",
    "font-src": "'self' data:",
    "form-action": "'self'",
    "img-src": "'self' data: blob:",
    "manifest-src": "'self'",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "script-src": "'self' blob:",  # the app's own components are loaded as blobs
    "style-src": "'self' 'unsafe-inline'",  # written by Streamlit's emotion, st.html and plotly
    "worker-src": "'self' blob:",
}


FRAMING = {"": ("'none'", "DENY"), "self": ("'self'", "SAMEORIGIN")}
"""What ``HARMONY_FRAMED`` may be, with the two headers that say who may frame a page."""
INLINE_SCRIPT = re.compile(r"<script(?: type=\"module\")?>(.*?)</script>", re.DOTALL)


@cache
def inline_scripts() -> str:
    """The digests of the scripts written into the page, by Streamlit and by the app."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = INLINE_SCRIPT.findall(page + drawer_script())
    digests = (hashlib.sha256(text.encode()).digest() for text in scripts)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def framing() -> tuple[str, str]:
    """The sources of ``frame-ancestors``, and ``X-Frame-Options``.

    Nobody frames the app, unless a host puts it into a frame of a page of its own (``self``).
    """
    value = os.environ.get("HARMONY_FRAMED", "")
    if value not in FRAMING:
        raise ConfigError(
            f"Expected HARMONY_FRAMED to be self, but got {value!r}. Unset it, so that no page may "
            "frame the app."
        )
    return FRAMING[value]


def policy(host: str, framed_by: str) -> str:
    """The content security policy of a page at ``host``.

    A browser that does not count a websocket as `'self'` (Safari before 15.4) needs its address.
    """
    own = dict(POLICY)
    own["frame-ancestors"] = framed_by
    own["script-src"] += inline_scripts()
    if authority(host, "http") is not None:
        own["connect-src"] += f" ws://{host} wss://{host}"
    return "; ".join(f"{name} {sources}" for name, sources in own.items())


class Headers:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp, framed: tuple[str, str]) -> None:
        self._app = app
        self._framed_by, self._frame_options = framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy(host_of(scope), self._framed_by)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = self._frame_options
                headers["Referrer-Policy"] = "same-origin"
                if scope["scheme"] == "https":
                    message["headers"] = [_encrypted(*header) for header in message["headers"]]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _encrypted(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; a cookie is marked to travel encrypted alone, which Streamlit leaves out."""
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value
