"""How long a visitor waits: first paint, first frame after Train, and a whole default experiment.

    python benchmarks/app_latency.py [--repeats 5]

Starts the app on a free port with a runs folder that goes away, drives Chromium through it, and
prints the median and the range of several repeats. Everything is measured in the browser, by what
is on screen. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TRAIN = ".st-key-train button:not([disabled])"
FRAME = ".st-key-arena-view canvas"
DONE = '[data-run-state="done"]'
TARGETS = {
    "first paint, first visitor of a new server": 2.0,
    "first paint, later visitor": 2.0,
    "click on Train to first frame, warm worker": 1.0,
    "click on Train to done, 60 epochs × 3 methods": 5.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    repeats = parser.parse_args().repeats
    seconds: dict[str, list[float]] = {name: [] for name in TARGETS}
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        for _ in range(repeats):
            with served() as (address, _):
                for name, value in visits(browser, address):
                    seconds[name].append(value)
        report(seconds, browser.version)
        browser.close()


def visits(browser: Any, address: str) -> Iterator[tuple[str, float]]:
    """One server's life: its first visitor, a training that warms the worker, then what counts."""
    names = list(TARGETS)
    first = opened(browser)
    yield names[0], paint(first, address)
    first.click(TRAIN)
    first.wait_for_selector(DONE)
    first.context.close()

    page = opened(browser)
    yield names[1], paint(page, address)
    clicked = time.perf_counter()
    page.click(TRAIN)
    page.wait_for_selector(FRAME)
    yield names[2], time.perf_counter() - clicked
    page.wait_for_selector(DONE)
    yield names[3], time.perf_counter() - clicked
    page.context.close()


def opened(browser: Any) -> Any:
    """A page of a browser that has never been here."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    return page


def paint(page: Any, address: str) -> float:
    """Seconds until the Arena can be used; then a pause, so that what follows starts at rest."""
    start = time.perf_counter()
    page.goto(f"{address}/arena")
    page.wait_for_selector(TRAIN)
    waited = time.perf_counter() - start
    page.wait_for_timeout(1500)
    return waited


@contextmanager
def served(runs: Path | None = None) -> Iterator[tuple[str, int]]:
    """The address and process id of a new server of the app; ``runs`` is where it keeps runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true",
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
            healthy(server, address)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(20)


def healthy(server: subprocess.Popen[bytes], address: str) -> None:
    while server.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        time.sleep(0.02)
    raise SystemExit("Expected the app to start, but it ended. Run `streamlit run app.py` to see.")


def report(seconds: dict[str, list[float]], chromium: str) -> None:
    wide = max(len(name) for name in seconds)
    print(f"{'seconds, median of ' + str(len(seconds[next(iter(seconds))])):<{wide}}  "
          "median  range          target")  # fmt: skip
    for name, values in seconds.items():
        middle = statistics.median(values)
        verdict = "met" if middle < TARGETS[name] else "MISSED"
        print(
            f"{name:<{wide}}  {middle:6.2f}  {min(values):5.2f} – {max(values):5.2f}  "
            f"< {TARGETS[name]:g}  {verdict}"
        )
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(
        f"{cpu()}, {os.cpu_count()} cores, load {load}; {platform.system()}, Python "
        f"{platform.python_version()}, Streamlit {metadata.version('streamlit')}, torch "
        f"{metadata.version('torch')}, Chromium {chromium}"
    )


def cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
