"""Whether the page responds while a worker trains: how long a re-run takes, idle and busy.

    python benchmarks/responsiveness.py [--reruns 40] [--epochs 3000]

Starts the app, opens the Arena in Chromium, and times two waits, first on an idle server, then
while the default scenario trains. *A control*: from an arrow key on the slider of the imbalance
factor until the server has written the new value into the address and its script has ended; during
training only the set-up is redrawn. *The whole page*: from Streamlit's key for a re-run, R, until
its script has ended. Prints median, 95th percentile and target. Use an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._markdown_table import print_table
from benchmarks._served_app import TRAIN, chromium, new_visitor, served
from harmony_core.bench.machine import load, processor

TARGET = 0.3
WHOLE = {False: "a control", True: "the whole page"}
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
WATCH = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const state = () => app.dataset.testScriptState;
  window.reruns = [];
  document.addEventListener('keydown', ({ key }) => {
    const pressed = performance.now(), before = location.search, whole = key === 'r';
    window.refused = whole && state() !== 'notRunning';
    if (window.refused) return;
    let begun = !whole;
    const look = () => {
      begun ||= state() !== 'notRunning';
      const written = whole || location.search !== before;
      if (begun && written && state() === 'notRunning') reruns.push(performance.now() - pressed);
      else setTimeout(look, 4);
    };
    setTimeout(look);
  }, true);
}"""
"""Polls every 4 ms; requestAnimationFrame would make the browser draw a frame each time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reruns", type=int, default=40, metavar="N")
    parser.add_argument("--epochs", type=int, default=3000, metavar="N")
    given = parser.parse_args()
    with (
        sync_playwright() as driver,
        served() as (address, _),
        chromium(driver) as browser,
    ):
        page = new_visitor(browser)
        page.goto(f"{address}/arena?epochs={given.epochs}")
        page.wait_for_selector(TRAIN)
        page.wait_for_selector(IDLE)
        page.evaluate(WATCH)
        waits = {"nothing training": [reruns(page, given.reruns, whole) for whole in WHOLE]}
        page.click(TRAIN)
        page.wait_for_selector('[data-run-state="running"]')
        page.wait_for_timeout(3000)
        waits["a worker training"] = [reruns(page, given.reruns, whole) for whole in WHOLE]
        still = page.locator('[data-run-state="running"]').count()
        version = browser.version
    print_table(
        ("re-run of the Arena", "median", "95th percentile", "longest", "target", ""),
        (
            row(f"{what}, {name}", kinds[number])
            for number, what in enumerate(WHOLE.values())
            for name, kinds in waits.items()
        ),
    )
    if not still:
        print("The training ended before the measurement did: give more --epochs.\n")
    print(
        f"{given.reruns} re-runs each. {processor()}, {os.cpu_count()} cores, load "
        f"{load()}; Python {platform.python_version()}, Streamlit "
        f"{metadata.version('streamlit')}, Chromium {version}."
    )


def row(name: str, taken: list[float]) -> tuple[str, ...]:
    high = statistics.quantiles(taken, n=20, method="inclusive")[-1]
    return (
        name,
        *(f"{value * 1000:.0f} ms" for value in (statistics.median(taken), high, max(taken))),
        f"p95 < {TARGET * 1000:.0f} ms",
        "met" if high < TARGET else "**missed**",
    )


def reruns(page: Any, count: int, whole: bool) -> list[float]:
    """Seconds of ``count`` re-runs, each started after the one before has ended."""
    slider = page.locator("[data-testid=stSlider] input[aria-label='Imbalance factor']")
    page.evaluate("window.reruns.length = 0")
    for number in range(count):
        if whole:
            press_r(page)
        else:
            slider.focus()
            page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        page.wait_for_function("n => window.reruns.length > n", arg=number, polling=20)
        page.wait_for_timeout(150)
    return [milliseconds / 1000 for milliseconds in page.evaluate("window.reruns")]


def press_r(page: Any) -> None:
    """Re-run the whole page; Streamlit ignores the key while a script runs."""
    page.evaluate("document.activeElement?.blur()")
    while True:
        page.wait_for_selector(IDLE)
        page.keyboard.press("r")
        if not page.evaluate("window.refused"):
            return


if __name__ == "__main__":
    main()
