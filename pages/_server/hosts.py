"""Whom the server lets in: by the name it is called, and by the page that calls it.

A page of another site can make its own name stand for this machine (DNS rebinding) and would then
talk to the app as if it were the app's own page. Its requests carry its name as ``Host``, so they
are known by it. Another server on this machine, on another port, is another origin.
"""

from __future__ import annotations

import os
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from harmony_core.errors import ConfigError
from harmony_core.serving.mode import OWN_MACHINE, mode

from .address import authority, host_of, inner_path, same_origin
from .counters import REFUSED

ANY_HOST = ("/healthz",)
"""Asked by machines that know the server by a number, and answered with a word."""
HARMLESS = ("GET", "HEAD", "OPTIONS")


def allowed_hosts(address: str) -> frozenset[str] | None:
    """The names by which the server that listens on ``address`` may be called; None: by any.

    Those of ``HARMONY_HOSTS``, and always those of this machine. In shared mode without
    ``HARMONY_HOSTS`` the server cannot know its names, and takes all.
    """
    names = {name.strip().lower() for name in os.environ.get("HARMONY_HOSTS", "").split(",")} - {""}
    for name in names:
        if name != "::1" and authority(name, "http") != (name, 80):
            raise ConfigError(
                "Expected HARMONY_HOSTS to be names separated by commas, without ports, "
                f"but got {name!r}. Write for example HARMONY_HOSTS=harmony.example.org."
            )
    if mode() == "shared" and not names:
        return None
    own = set() if address in ("", "0.0.0.0", "::") else {address.lower()}
    return frozenset(names | own | OWN_MACHINE)


class Hosts:
    """Refuses requests and connections made to another name, or by another origin's page."""

    def __init__(self, app: ASGIApp, allowed: Collection[str] | None) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] in ("http", "websocket") else ""
        if not problem:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await PlainTextResponse(problem, 403)(scope, receive, send)

    def _problem(self, scope: Scope) -> str:
        """Why a request is refused, or an empty string."""
        if inner_path(scope) in ANY_HOST:
            return ""
        host = host_of(scope)
        called = authority(host, "http")
        if called is None or (self._allowed is not None and called[0] not in self._allowed):
            REFUSED.labels("host").inc()
            return (
                "Expected the address of this server to be one it knows, but got another name. "
                "Open it by the address it printed at its start, or have its operator add the "
                "name to HARMONY_HOSTS.\n"
            )
        origin = Headers(scope=scope).get("origin")
        acts = scope["type"] == "websocket" or scope["method"] not in HARMLESS
        if acts and origin is not None and not same_origin(origin, host):
            REFUSED.labels("origin").inc()
            return (
                "Expected the request to come from a page of this server, but got one from "
                "another address. A proxy before the server must pass on the Host it was asked "
                "for.\n"
            )
        return ""
