"""The real app on a free port with a runs folder of its own, and a Chromium to look at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that anything may take on a busy machine."""
Visit = Callable[..., Any]
LATE = """
const Line = window.WebSocket;
const late = (hear) => (event) =>
  window.late ? setTimeout(() => hear(event), window.late) : hear(event);
window.WebSocket = class extends Line {
  set onmessage(hear) { super.onmessage = late(hear); }
  addEventListener(kind, hear, ...rest) {
    super.addEventListener(kind, kind === "message" ? late(hear) : hear, ...rest);
  }
};
"""
"""Lets `window.late` hold back what the server sends, by so many milliseconds: a slow line."""


@pytest.fixture(scope="session")
def browser(browser_path: str | None) -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        except playwright.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served app keeps its runs and uploads."""
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def app(app_folder: Path) -> Iterator[str]:
    """The address of the app, served for all tests of the session."""
    folder = app_folder
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true",
        f"--server.port={port}", "--server.address=127.0.0.1",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "HARMONY_RUNS": str(folder / "runs"),
        "HARMONY_UPLOADS": str(folder / "uploads"),
    }
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _await_health(server, address, folder / "server.log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def visit(app: str, browser: Any) -> Iterator[Visit]:
    """Open a path of the app in a fresh browser; afterwards no page may have raised an error."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_it(path: str = "/arena", context: Any = None, **options: Any) -> Any:
        if context is None:
            context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
            contexts.append(context)
        page = context.new_page()
        page.add_init_script(LATE)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app + path)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not errors


def _await_health(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')[-2000:]}")
