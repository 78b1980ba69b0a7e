"""Whether the page answers while a worker trains: how long a re-run takes, idle and then.

    python benchmarks/responsiveness.py [--reruns 40] [--epochs 3000]

Starts the app, opens the Arena in Chromium, and moves the slider of the imbalance factor with the
arrow keys; a re-run lasts from the key until the server has written the new value into the address
and its script has ended. First with nothing else to do, then while the default scenario trains.
Prints median, 95th percentile and the target. The machine should have nothing else to do.
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
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
WATCH = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  window.reruns = [];
  document.addEventListener('keydown', () => {
    const pressed = performance.now(), before = location.search;
    const look = () => {
      const ended = location.search !== before && app.dataset.testScriptState === 'notRunning';
      if (ended) window.reruns.push(performance.now() - pressed);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


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
        idle = reruns(page, given.reruns)
        page.click(TRAIN)
        page.wait_for_selector('[data-run-state="running"]')
        page.wait_for_timeout(3000)
        training = reruns(page, given.reruns)
        still = page.locator('[data-run-state="running"]').count()
        version = browser.version
        browser.close()
    print("| re-run of the Arena | median | 95th percentile | longest | target | |")
    print("|---|---|---|---|---|---|")
    for name, taken in (("nothing training", idle), ("a worker training", training)):
        high = statistics.quantiles(taken, n=20, method="inclusive")[-1]
        print(
            f"| {name} | {statistics.median(taken) * 1000:.0f} ms | {high * 1000:.0f} ms | "
            f"{max(taken) * 1000:.0f} ms | p95 < {TARGET * 1000:.0f} ms | "
            f"{'met' if high < TARGET else '**missed**'} |"
        )
    if not still:
        print("The training ended before the measurement did: ask for more --epochs.")
    print(
        f"\n{given.reruns} re-runs each. {cpu()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}; Python {platform.python_version()}, Streamlit "
        f"{metadata.version('streamlit')}, Chromium {version}."
    )


def reruns(page: Any, count: int) -> list[float]:
    """Seconds of so many re-runs, one after the other has ended."""
    slider = page.get_by_role("slider", name="Imbalance factor")
    page.evaluate("window.reruns.length = 0")
    for number in range(count):
        slider.focus()
        page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        page.wait_for_function("n => window.reruns.length > n", arg=number)
        page.wait_for_timeout(150)
    return [milliseconds / 1000 for milliseconds in page.evaluate("window.reruns")]


if __name__ == "__main__":
    main()
