"""How many bytes of uploads the server holds in memory: for one visitor, and for all.

Streamlit keeps what a browser has sent until its visit ends, whether a page shows it or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime

from harmony_core.quotas import MB
from harmony_core.serving.owners import visitor_of

from .address import inner_path
from .admitted import is_admitted
from .counters import REFUSED
from .visitor_cookie import token_of

UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")


@dataclass(frozen=True)
class Caps:
    """The most bytes held."""

    visitor: int
    everyone: int


def held() -> dict[str, int]:
    """The bytes of uploads held for each visit that has any."""
    if not runtime.exists():
        return {}
    storage = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    sizes = {
        session: sum(len(file.data) for file in list(files.values()))
        for session, files in list(storage.items())
    }
    return {session: size for session, size in sizes.items() if size}


class HeldUploads:
    """Refuses an upload that would have the server hold more than ``caps``."""

    def __init__(
        self, app: ASGIApp, caps: Caps, held: Callable[[], Mapping[str, int]] = held
    ) -> None:
        self._app = app
        self._caps = caps
        self._held = held
        self._visitors: dict[str, str] = {}
        """Who sent what a visit holds, by the visit."""
        self._coming: dict[str, int] = {}
        """Bytes on their way, by visitor."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = None
        if scope["type"] == "http" and scope["method"] == "PUT":
            upload = UPLOAD.fullmatch(inner_path(scope))
        if upload is None:
            await self._app(scope, receive, send)
            return
        if not is_admitted(upload["session"]):
            REFUSED.labels("login").inc()
            text = "Expected the upload of somebody who has signed in, but got another one.\n"
            await PlainTextResponse(text, 403)(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdecimal() or len(length) > 15:
            text = "Expected the size of the upload in Content-Length, but got none. Send it.\n"
            await PlainTextResponse(text, 411)(scope, receive, send)
            return
        visitor = visitor_of(token_of(scope))
        problem = self._problem(visitor, int(length))
        if problem:
            REFUSED.labels("upload").inc()
            await PlainTextResponse(problem, 413)(scope, receive, send)
            return
        self._visitors[upload["session"]] = visitor
        self._coming[visitor] = self._coming.get(visitor, 0) + int(length)
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[visitor] -= int(length)
            if not self._coming[visitor]:
                del self._coming[visitor]

    def _problem(self, visitor: str, length: int) -> str:
        held = self._held()
        own = sum(size for session, size in held.items() if self._visitors.get(session) == visitor)
        own += self._coming.get(visitor, 0)
        everyone = sum(held.values()) + sum(self._coming.values())
        if not self._coming:
            self._visitors = {s: v for s, v in self._visitors.items() if s in held}
        for size, most, whose in (
            (own, self._caps.visitor, "your files"),
            (everyone, self._caps.everyone, "everybody’s files"),
        ):
            if size + length > most:
                return (
                    f"Expected {whose} on the server to be at most {most / MB:.0f} MB together, "
                    f"but got {(size + length) / MB:.0f} MB. "
                    "Remove a file or close a tab, then try again.\n"
                )
        return ""
