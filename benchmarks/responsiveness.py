"""Whether the page answers while a worker trains: how long a re-run takes, idle and then.

    python benchmarks/responsiveness.py [--reruns 40] [--epochs 3000]

Starts the app, opens the Arena in Chromium, and counts two waits. *A control*: a key on the slider
of the imbalance factor, until the server has written the new value into the address and its script
has ended; while something trains that draws the set-up alone. *The whole page*: Streamlit's own key
for it, R, until its script has ended. First with nothing else to do, then while the default
scenario trains. Prints median, 95th percentile and the target. The machine should have nothing else
to do.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.app_latency import BROWSERS, FLAGS, TRAIN, cpu, opened, served

TARGET = 0.3
WHOLE = {False: "a control", True: "the whole page"}
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
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
"""Looks every 4 ms: to ask for a frame of the screen each time would make the browser draw one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reruns", type=int, default=40, metavar="N")
    parser.add_argument("--epochs", type=int, default=3000, metavar="N")
    given = parser.parse_args()
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as driver, served() as (address, _):
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        page = opened(browser)
        page.goto(f"{address}/arena?epochs={given.epochs}")
        page.wait_for_selector(TRAIN)
        page.wait_for_selector(DONE)
        page.evaluate(WATCH)
        waits = {"nothing training": [reruns(page, given.reruns, whole) for whole in WHOLE]}
        page.click(TRAIN)
        page.wait_for_selector('[data-run-state="running"]')
        page.wait_for_timeout(3000)
        waits["a worker training"] = [reruns(page, given.reruns, whole) for whole in WHOLE]
        still = page.locator('[data-run-state="running"]').count()
        version = browser.version
        browser.close()
    print("| re-run of the Arena | median | 95th percentile | longest | target | |")
    print("|---|---|---|---|---|---|")
    for number, what in enumerate(WHOLE.values()):
        for name, kinds in waits.items():
            taken = kinds[number]
            high = statistics.quantiles(taken, n=20, method="inclusive")[-1]
            print(
                f"| {what}, {name} | {statistics.median(taken) * 1000:.0f} ms | "
                f"{high * 1000:.0f} ms | {max(taken) * 1000:.0f} ms | "
                f"p95 < {TARGET * 1000:.0f} ms | {'met' if high < TARGET else '**missed**'} |"
            )
    if not still:
        print("The training ended before the measurement did: ask for more --epochs.")
    print(
        f"\n{given.reruns} re-runs each. {cpu()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}; Python {platform.python_version()}, Streamlit "
        f"{metadata.version('streamlit')}, Chromium {version}."
    )


def reruns(page: Any, count: int, whole: bool) -> list[float]:
    """Seconds of so many re-runs, one after the other has ended."""
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
    """Ask for the whole page, which Streamlit only hears while none of its scripts runs."""
    page.evaluate("document.activeElement?.blur()")
    while True:
        page.wait_for_selector(DONE)
        page.keyboard.press("r")
        if not page.evaluate("window.refused"):
            return


if __name__ == "__main__":
    main()
