"""How long a visitor waits and what a visit costs: paint, tab switch, training, bytes, memory.

    python benchmarks/app_latency.py [--repeats 5]

Starts the app on a free port with a temporary folder of runs, drives Chromium through it, and
prints median and range of several repeats beside the budget of each. Waits are timed by what is on
screen; bytes are those the browser received; memory is the growth of the server's resident size per
visitor, over five visitors. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._markdown_table import print_table
from benchmarks._served_app import DONE, ROOT, TRAIN, chromium, new_visitor, resident, served
from harmony_core.bench.machine import load, processor

FRAME = ".st-key-experiment-view canvas"
OTHER_FRAME = ".st-key-experiment-view .hv-s-density"
SESSIONS = 5
TARGETS = {
    "imports of the server process": (1.5, "s"),
    "server started to healthy": (4.0, "s"),
    "first paint, first visitor of a new server": (2.0, "s"),
    "first paint, later visitor": (2.0, "s"),
    "click on Train to first frame, warm worker": (0.6, "s"),
    "click on Train to done, 60 epochs × 3 methods": (5.0, "s"),
    "tab switch, Arena to Density": (0.3, "s"),
    "bytes for a first visit, compressed as sent": (3.0, "MB"),
    "bytes of a finished run, Arena and density": (12.5, "MB"),
    "server memory, each further visitor": (25.0, "MB"),
}
"""Budgets, upper bounds; 12.5 MB take a second at 100 Mbit/s."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    repeats = parser.parse_args().repeats
    measured: dict[str, list[float]] = {name: [] for name in TARGETS}
    with sync_playwright() as driver, chromium(driver) as browser:
        for _ in range(repeats):
            measured["imports of the server process"].append(imports())
            start = time.perf_counter()
            with served() as (address, pid):
                measured["server started to healthy"].append(time.perf_counter() - start)
                for name, value in visits(browser, address, pid):
                    measured[name].append(value)
        report(measured, browser.version)


def visits(browser: Any, address: str, pid: int) -> Iterator[tuple[str, float]]:
    """Visits to one server: the first, whose training warms the worker up, then those measured."""
    names = list(TARGETS)
    first = new_visitor(browser)
    received = counted(first)
    yield names[2], paint(first, address)
    yield names[7], received() / 1e6
    first.click(TRAIN)
    first.wait_for_selector(DONE)
    first.context.close()

    page = new_visitor(browser)
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
    page.locator(".st-key-views").get_by_role("link", name="Density").click()
    page.wait_for_selector(OTHER_FRAME)
    yield names[6], time.perf_counter() - switched
    page.wait_for_timeout(1500)
    yield names[8], received() / 1e6
    run = page.url.partition("?")[2]
    before, pages = resident(pid), [page]
    for _ in range(SESSIONS):
        pages.append(new_visitor(browser))
        pages[-1].goto(f"{address}/arena?{run}")
        pages[-1].wait_for_selector(FRAME)
        pages[-1].wait_for_timeout(500)
    yield names[9], (resident(pid) - before) / SESSIONS
    for each in pages:
        each.context.close()


def counted(page: Any) -> Callable[[], float]:
    """Counts the bytes that the page receives from now on, over HTTP (compressed) and WebSocket."""
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
    """Seconds that a new process takes to import what the server imports before the first visit."""
    code = "import streamlit.web.cli, pages._experiment.live"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True,
                   capture_output=True)  # fmt: skip
    return time.perf_counter() - start


def paint(page: Any, address: str) -> float:
    """Seconds until the Arena can be used; then pauses, so that what follows starts idle."""
    start = time.perf_counter()
    page.goto(f"{address}/arena")
    page.wait_for_selector(TRAIN)
    waited = time.perf_counter() - start
    page.wait_for_timeout(1500)
    return waited


def report(measured: dict[str, list[float]], version: str) -> None:
    print_table(("What", "Median", "Range", "Budget", ""), map(row, measured.items()))
    print(f"Medians of {len(measured['server started to healthy'])} repeats.")
    print(
        f"{processor()}, {os.cpu_count()} cores, load {load()}; {platform.system()}, Python "
        f"{platform.python_version()}, Streamlit {metadata.version('streamlit')}, torch "
        f"{metadata.version('torch')}, Chromium {version}"
    )


def row(measurement: tuple[str, list[float]]) -> tuple[str, ...]:
    name, values = measurement
    budget, unit = TARGETS[name]
    middle = statistics.median(values)
    return (
        name,
        f"{middle:.2f} {unit}",
        f"{min(values):.2f} – {max(values):.2f}",
        f"< {budget:g} {unit}",
        "met" if middle < budget else "**missed**",
    )


if __name__ == "__main__":
    main()
