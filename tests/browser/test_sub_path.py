"""The app under a path, behind a proxy on another port, as an operator would serve it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import PATIENCE, POLICY, serving, settled

BASE = "/harmony"
PROBES = ("_stcore/health", "_stcore/host-config")
"""What Streamlit's page asks for under every part of its address, to find where the server is."""
FOREIGN = f"""
[...document.querySelectorAll("a[href]")]
  .map((link) => link.href)
  .filter((href) => href.startsWith(location.origin))
  .filter((href) => !href.startsWith(location.origin + "{BASE}"))
"""


class Passing(socketserver.BaseRequestHandler):
    """Passes a connection on, with the Host that the browser asked for."""

    port = 0

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as server:
            answers = threading.Thread(target=passed, args=(server, self.request))
            answers.start()
            passed(self.request, server)
            answers.join()


def passed(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def proxy(port: int) -> Iterator[int]:
    """A port whose connections are passed on to ``port``."""
    with Proxy(("127.0.0.1", 0), type("To", (Passing,), {"port": port})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sub-path")
    with serving(folder, BASE, HARMONY_MODE="shared") as app:
        port = urlsplit(app).port
        assert port is not None
        with proxy(port) as other:
            yield f"http://127.0.0.1:{other}{BASE}"


def test_pages_links_training_and_downloads_work_under_a_path(
    address: str, browser: Any, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: POLICY in said.text and wrong.append(said.text))
    page.on(
        "response",
        lambda got: got.status >= 400 and not got.url.endswith(PROBES) and wrong.append(got.url),
    )
    page.goto(f"{address}/")
    settled(page)
    assert page.evaluate(FOREIGN) == []
    page.get_by_role("link", name="Arena", exact=True).first.click()
    page.wait_for_url(f"{address}/arena*")
    page.locator(".st-key-train button:not([disabled])").click()
    page.wait_for_selector('[data-run-state="done"]')
    settled(page)
    assert page.evaluate(FOREIGN) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="One offline page (HTML)").first.click()
    download.value.save_as(tmp_path / "page.html")
    assert "<!doctype html>" in (tmp_path / "page.html").read_text("utf-8")[:200].lower()
    page.locator(".st-key-views").get_by_role("link", name="Density").click()
    page.wait_for_url(lambda url: url.startswith(f"{address}/density?") and "run=" in url)
    page.locator(".hv-section canvas").first.wait_for()
    page.reload()
    page.locator(".hv-section canvas").first.wait_for()
    settled(page)
    assert not wrong
    assert {cookie["path"] for cookie in context.cookies() if "visitor" in cookie["name"]} == {BASE}
    context.close()


def test_a_visit_asks_for_nothing_outside_the_path(address: str, browser: Any) -> None:
    """Home, a lesson, the pages of the navigation, a recorded view and its assets."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda line: asked.append(line.url.replace("ws://", "http://")))
    page.on(
        "response",
        lambda got: got.status >= 400 and not got.url.endswith(PROBES) and failed.append(got.url),
    )
    page.on(
        "requestfailed",
        lambda lost: lost.failure != "net::ERR_ABORTED" and failed.append(lost.url),  # was left
    )
    page.goto(f"{address}/")
    page.locator(".hv canvas").first.wait_for()
    settled(page)
    for name in ("Learn", "Glossary", "Teach", "Evidence", "Inspect your data", "Arena"):
        page.locator("header").get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_url(lambda url: url.startswith(f"{address}/") and url != f"{address}/")
        settled(page)
        page.locator("h1").first.wait_for()
        assert page.evaluate(FOREIGN) == [], name
    page.locator(".hv-section canvas").first.wait_for()
    page.goto(f"{address}/learn?step=2")
    page.locator("h1").first.wait_for()
    settled(page)
    assert page.evaluate(FOREIGN) == []
    assert "step=2" in page.url
    context.close()
    own = [url for url in asked if url.startswith("http")]
    assert len(own) > 20
    assert not [url for url in own if not url.startswith(f"{address}/")]
    assert any(url.endswith("/_stcore/stream") for url in own)
    assert any("/component" in url or "/static/" in url for url in own)
    assert not failed
