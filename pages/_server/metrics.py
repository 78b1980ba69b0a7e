"""What an operator's Prometheus reads: counts, times and sizes, never a name."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harmony_core.serving.mode import OWN_MACHINE

from .._shared.backend import queue
from .address import authority, host_of, inner_path
from .counters import CONNECTIONS, REGISTRY, REQUESTS, SECONDS
from .held_uploads import held

KINDS = (
    ("/static/", "static"),
    ("/_stcore/upload_file/", "upload"),
    ("/_stcore/", "server"),
    ("/media/", "media"),
    ("/component", "component"),
    ("/healthz", "operator"),
    ("/metrics", "operator"),
)


class Sizes(Collector):
    """What is only known by asking when it is read."""

    def collect(self) -> Iterable[Metric]:
        running, waiting = queue().counts()
        for name, text, value in (
            ("harmony_runs_training", "Experiments that train now.", running),
            ("harmony_runs_waiting", "Experiments that wait for a worker.", waiting),
            ("harmony_upload_bytes", "Bytes of uploads in memory.", sum(held().values())),
        ):
            yield GaugeMetricFamily(name, text, value=value)

    def describe(self) -> Iterable[Metric]:
        return ()


REGISTRY.register(Sizes())


class Metrics:
    """Counts and times what passes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with CONNECTIONS.track_inprogress():
                await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._timed(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, start, status = inner_path(scope), time.perf_counter(), "5xx"
        kind = next((kind for prefix, kind in KINDS if path.startswith(prefix)), "page")

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            REQUESTS.labels(kind, status).inc()
            SECONDS.labels(kind).observe(time.perf_counter() - start)


async def health(request: Request) -> Response:
    """That the server answers."""
    del request
    return PlainTextResponse("ok\n")


def show(request: Request) -> Response:
    """The figures in Prometheus's text format, for those who may see them."""
    if not _may_see(request.scope):
        text = (
            "Expected the token of HARMONY_METRICS_TOKEN (Authorization: Bearer …) or, where none "
            "is set, a request from this machine, but got neither.\n"
        )
        return PlainTextResponse(text, 403)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _may_see(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    token = os.environ.get("HARMONY_METRICS_TOKEN", "")
    if token:
        given = headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    client = scope.get("client")
    called = authority(host_of(scope), "http")
    passed_on = "x-forwarded-for" in headers or "forwarded" in headers
    return (
        client is not None
        and client[0].removeprefix("::ffff:") in OWN_MACHINE
        and called is not None
        and called[0] in OWN_MACHINE
        and not passed_on
    )
