"""How long a visitor waits and what it costs: paint, page switch, training, bytes, memory, imports.

    python benchmarks/app_latency.py [--repeats 5]

Starts the app on a free port with a runs folder that goes away, drives Chromium through it, and
prints the median and the range of several repeats, with the budget of each. Waiting is measured in
the browser, by what is on screen; bytes are those the browser received; memory is what the server's
resident size grows by for each of five visitors. The machine should have nothing else to do.
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
from collections.abc import Callable, Iterator
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
OTHER_FRAME = ".st-key-density-view canvas, .st-key-density-view svg"
DONE = '[data-run-state="done"]'
SESSIONS = 5
TARGETS = {
    "imports of the server process": (1.5, "s"),
    "server started to healthy": (4.0, "s"),
    "first paint, first visitor of a new server": (2.0, "s"),
    "first paint, later visitor": (2.0, "s"),
    "click on Train to first frame, warm worker": (1.0, "s"),
    "click on Train to done, 60 epochs × 3 methods": (5.0, "s"),
    "page switch, Arena to Gradient density": (1.0, "s"),
    "bytes for a first visit, compressed as sent": (12.5, "MB"),
    "bytes of a finished run, Arena and density": (12.5, "MB"),
    "server memory, each further visitor": (25.0, "MB"),
}
"""Budgets: what each is to stay below; 12.5 MB take a second at 100 Mbit/s."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    repeats = parser.parse_args().repeats
    measured: dict[str, list[float]] = {name: [] for name in TARGETS}
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        for _ in range(repeats):
            measured["imports of the server process"].append(imports())
            start = time.perf_counter()
            with served() as (address, pid):
                measured["server started to healthy"].append(time.perf_counter() - start)
                for name, value in visits(browser, address, pid):
                    measured[name].append(value)
        report(measured, browser.version)
        browser.close()


def visits(browser: Any, address: str, pid: int) -> Iterator[tuple[str, float]]:
    """One server's life: its first visitor, a training that warms the worker, then what counts."""
    names = list(TARGETS)
    first = opened(browser)
    received = counted(first)
    yield names[2], paint(first, address)
    yield names[7], received() / 1e6
    first.click(TRAIN)
    first.wait_for_selector(DONE)
    first.context.close()

    page = opened(browser)
    yield names[3], paint(page, address)
    received = counted(page)
    clicked = time.perf_counter()
    page.click(TRAIN)
    page.wait_for_selector(FRAME)
    yield names[4], time.perf_counter() - clicked
    page.wait_for_selector(DONE)
    yield names[5], time.perf_counter() - clicked
    page.wait_for_timeout(1500)
    switched = time.perf_counter()
    page.get_by_role("link", name="Gradient density").first.click()
    page.wait_for_selector(OTHER_FRAME)
    yield names[6], time.perf_counter() - switched
    page.wait_for_timeout(1500)
    yield names[8], received() / 1e6
    run = page.url.partition("?")[2]
    before, pages = resident(pid), [page]
    for _ in range(SESSIONS):
        pages.append(opened(browser))
        pages[-1].goto(f"{address}/arena?{run}")
        pages[-1].wait_for_selector(FRAME)
        pages[-1].wait_for_timeout(500)
    yield names[9], (resident(pid) - before) / SESSIONS
    for each in pages:
        each.context.close()


def counted(page: Any) -> Callable[[], float]:
    """Bytes that the page receives from now on, over HTTP as sent and over its socket."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    total = [0.0]

    def add(key: str, event: dict[str, Any]) -> None:
        data = event.get("response", {}).get("payloadData", "")
        binary = event.get("response", {}).get("opcode") == 2
        total[0] += event.get(key, 0) + len(data) * (0.75 if binary else 1)

    session.on("Network.loadingFinished", lambda event: add("encodedDataLength", event))
    session.on("Network.webSocketFrameReceived", lambda event: add("", event))
    return lambda: total[0]


def imports() -> float:
    """Seconds a new process takes for all that the server imports before anybody comes."""
    code = "import streamlit.web.cli, pages._experiment.live"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True,
                   capture_output=True)  # fmt: skip
    return time.perf_counter() - start


def resident(pid: int) -> float:
    """Resident memory of a process, MB, as ``ps`` says."""
    line = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(line.stdout) / 1024


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


def report(measured: dict[str, list[float]], chromium: str) -> None:
    print("| What | Median | Range | Budget | |")
    print("|---|---|---|---|---|")
    for name, values in measured.items():
        budget, unit = TARGETS[name]
        middle = statistics.median(values)
        verdict = "met" if middle < budget else "**missed**"
        print(
            f"| {name} | {middle:.2f} {unit} | {min(values):.2f} – {max(values):.2f} | "
            f"< {budget:g} {unit} | {verdict} |"
        )
    print(f"\nMedians of {len(values)} repeats.")
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
