"""How a server bears many visitors at once: time of a page and of a click, errors, memory.

    python benchmarks/visitors.py [--visitors 30] [--minutes 10] [--browsers 4]

Every visitor opens a page, reads for some seconds, clicks, and goes to another page; some train.
A few are browsers, the others do what the browser of a page does over HTTP and a websocket. A page
of a browser counts until its script has come to rest; a click until it is drawn again. Memory is
the server's own, without its workers: at the start, while all are there, and once all have left.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._markdown_table import print_table
from benchmarks._served_app import chromium, new_visitor, resident, served
from benchmarks._websocket_visit import websocket_visit
from harmony_core.config import DataConfig, ExperimentConfig, Seeds
from harmony_core.experiments.link import Query, to_query
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

PAGES = ("", "arena", "density", "weights", "samples", "learn", "evidence", "glossary")
OF_A_RUN = ("arena", "density", "weights", "samples")
READING = (2.0, 10.0)
"""Seconds that a visitor reads before the next click."""
ONE_IN = 5
"""One in so many visits of the Arena trains."""
RESTED = "[data-testid=stApp][data-test-script-state=notRunning]"
AFTER_ALL_LEFT = 45.0
"""Seconds until memory is read at the end; the server forgets a visit after 20."""


@dataclass
class Seen:
    """What all visitors saw, in seconds and in words."""

    pages: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    browser_pages: list[float] = field(default_factory=list)
    browser_clicks: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, times: list[float], seconds: float) -> None:
        with self.lock:
            times.append(seconds)

    def fail(self, error: Exception) -> None:
        with self.lock:
            self.errors.append(f"{type(error).__name__}: {error}".split("\n")[0][:160])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=30, metavar="N")
    parser.add_argument("--minutes", type=float, default=10, metavar="M")
    parser.add_argument("--browsers", type=int, default=4, metavar="B", help="of the visitors")
    chosen = parser.parse_args()
    if not 0 <= chosen.browsers <= chosen.visitors:
        parser.error(f"expected 0 to {chosen.visitors} browsers, but got {chosen.browsers}")
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        run = store.create(ExperimentConfig(data=DataConfig(), epochs=60)).id
        execute(store, run)
        with served(runs=Path(folder)) as (address, pid):
            with websocket_visit(address) as warm:
                warm.open("", {})
            time.sleep(10)  # the workers have started
            start = resident(pid)
            seen, most = visited(address, run, pid, chosen)
            end = resident(pid)
            time.sleep(AFTER_ALL_LEFT)
            left = resident(pid)
    report(chosen, seen, (start, most, end, left))


def visited(address: str, run: str, pid: int, chosen: argparse.Namespace) -> tuple[Seen, float]:
    """Send all visitors; what they saw, and the most memory meanwhile."""
    seen, until, most = Seen(), time.monotonic() + 60 * chosen.minutes, 0.0
    kinds: list[Callable[..., None]] = [with_browser] * chosen.browsers
    kinds += [without_browser] * (chosen.visitors - chosen.browsers)
    threads = [
        threading.Thread(target=visit, args=(seen, address, run, until, random.Random(seed)))
        for seed, visit in enumerate(kinds)
    ]
    for thread in threads:
        thread.start()
        time.sleep(min(1.0, 30 / len(threads)))
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident(pid))
        time.sleep(1)
    return seen, most


def without_browser(seen: Seen, address: str, run: str, until: float, chance: Any) -> None:
    """Open pages and have them drawn again, until the time is over."""
    while time.monotonic() < until:
        try:
            with websocket_visit(address) as visit:
                for _ in range(chance.randint(2, 5)):
                    page = chance.choice(PAGES)
                    seen.note(seen.pages, visit.open(page, query(page, run, chance)))
                    time.sleep(chance.uniform(*READING))
                    seen.note(seen.clicks, visit.again())
                    time.sleep(chance.uniform(*READING))
                    if time.monotonic() > until:
                        break
        except Exception as error:  # noqa: BLE001 - every kind of failure is a result
            seen.fail(error)
            time.sleep(1)


def query(page: str, run: str, chance: Any) -> Query:
    """The rest of the link: the run, or new settings that train on arrival."""
    if page not in OF_A_RUN:
        return {}
    if page == "arena" and chance.randrange(ONE_IN) == 0:
        seed = chance.randrange(10**6)
        return to_query(ExperimentConfig(DataConfig("clouds"), epochs=40, seeds=Seeds(seed)))
    return {"run": run}


def with_browser(seen: Seen, address: str, run: str, until: float, chance: Any) -> None:
    """The same in a real browser of its own; a click opens another page of the navigation."""
    with sync_playwright() as driver, chromium(driver) as browser:
        while time.monotonic() < until:
            page = new_visitor(browser)
            try:
                name = chance.choice(OF_A_RUN)
                opened = partial(page.goto, f"{address}/{name}?run={run}")
                seen.note(seen.browser_pages, timed(page, opened))
                for label in chance.sample(("Home", "Learn", "Evidence", "Glossary"), 3):
                    time.sleep(chance.uniform(*READING))
                    link = page.get_by_role("link", name=label, exact=True).first
                    seen.note(seen.browser_clicks, timed(page, link.click))
                    if time.monotonic() > until:
                        break
                if page.locator("[data-testid=stException]").count():
                    raise RuntimeError("an exception is on the page")
            except Exception as error:  # noqa: BLE001 - every kind of failure is a result
                seen.fail(error)
            finally:
                page.context.close()


def timed(page: Any, act: Callable[[], object]) -> float:
    """Seconds until what ``act`` begins has come to rest."""
    start = time.perf_counter()
    act()
    page.wait_for_timeout(50)
    page.wait_for_selector(RESTED)
    return time.perf_counter() - start


def report(chosen: argparse.Namespace, seen: Seen, memory: tuple[float, ...]) -> None:
    print(f"{chosen.visitors} visitors, {chosen.browsers} of them browsers, {chosen.minutes:g} min")
    rows = [
        [name, str(len(times)), *(f"{value:.2f}" for value in middle_and_p95(times))]
        for name, times in (
            ("page, without browser", seen.pages),
            ("click, without browser", seen.clicks),
            ("page in a browser", seen.browser_pages),
            ("click in a browser", seen.browser_clicks),
        )
        if len(times) > 1
    ]
    print_table(["what", "number", "median, s", "p95, s"], rows)
    start, most, end, left = memory
    print(
        f"Memory of the server, MB: {start:.0f} at the start, at most {most:.0f}, {end:.0f} at "
        f"the end, {left:.0f} after all left."
    )
    print(f"Errors: {len(seen.errors)}")
    for error in sorted(set(seen.errors)):
        print(f"  {seen.errors.count(error)} × {error}")


def middle_and_p95(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
