"""The app on a free port, and Chromium to visit it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TRAIN = ".st-key-train button:not([disabled])"
DONE = '[data-run-state="done"]'


@contextmanager
def served(runs: Path | None = None, script: Path | None = None) -> Iterator[tuple[str, int]]:
    """Address and process id of a new server of the app, or of another ``script``.

    ``runs`` is its folder of runs.
    """
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(script or ROOT / "app.py"),
        "--server.headless=true",
        f"--server.port={port}", "--server.address=127.0.0.1",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "HARMONY_RUNS": str(runs or Path(folder) / "runs")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_healthy(server, address)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_healthy(server: subprocess.Popen[bytes], address: str) -> None:
    """Return once the server answers its health check; ends the benchmark if it exits."""
    while server.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        time.sleep(0.02)
    raise SystemExit("Expected the app to start, but its server exited. Run it by hand to see why.")


@contextmanager
def chromium(driver: Any, path: str | None = None) -> Iterator[Any]:
    """A browser: the one at ``path``, else an installed Chromium, else Playwright's own."""
    path = path or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


def new_visitor(browser: Any) -> Any:
    """A page in a fresh browser context: no cookies, nothing cached."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    return page


def resident(pid: int) -> float:
    """Resident memory of a process in MB, from ``ps``."""
    line = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(line.stdout) / 1024
