"""Whether the server's memory stays flat while experiments are opened one after another.

    python benchmarks/server_memory.py [--experiments 20] [--reloads 128]

Trains that many experiments of the default scenario in this process, opens the pages Arena,
Density and Weights of each in a fresh browser context, and prints the server's resident
memory after each experiment. The result is the slope once the caches are warm.

Before that, one heavy experiment (12 classes, 10,000 samples followed) is opened so many times by
visitors who leave at once, as a page that is reloaded: without a browser, on the page Samples with
a sample under the microscope and on Weights with the sandbox.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._served_app import DONE, chromium, new_visitor, resident, served
from benchmarks._websocket_visit import websocket_visit
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

PAGES = ("arena", "density", "weights")
HEAVY = ExperimentConfig(
    DataConfig("clouds", {"classes": 12, "n_max": 5000, "test_per_class": 20}, 10.0),
    methods=(MethodConfig("ce"), MethodConfig("harmonized"), MethodConfig("balanced_softmax")),
    epochs=2,
    record=RecordConfig(tracked=10_000),
)
SETTLED = 10.0
ALL_FORGOTTEN = 45
FEWEST = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=20, metavar="N", help="0: none")
    parser.add_argument("--reloads", type=int, default=128, metavar="N", help="0: none")
    chosen = parser.parse_args()
    number = chosen.experiments
    if 0 < number < FEWEST:
        parser.error(f"expected at least {FEWEST} experiments for a slope, but got {number}")
    if chosen.reloads:
        reloaded(chosen.reloads)
    if not number:
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HARMONY_RUNS"] = folder
        ids = [trained(RunStore(Path(folder)), seed) for seed in range(number)]
        with (
            sync_playwright() as driver,
            served(runs=Path(folder)) as (address, pid),
            chromium(driver) as browser,
        ):
            sizes = [opened(browser, address, pid, run_id) for run_id in ids]
    report(sizes)


def reloaded(number: int) -> None:
    """Open a heavy experiment so many times, and print what the server holds meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        record = execute(store, store.create(HEAVY).id)
        if record.state != "done":
            raise SystemExit(record.error)
        run = record.id
        with served(runs=Path(folder)) as (address, pid):
            opened_once(address, run, 0)
            time.sleep(SETTLED)
            sizes = [resident(pid)]
            for i in range(1, number + 1):
                opened_once(address, run, i)
                if i % 16 == 0:
                    sizes.append(resident(pid))
            time.sleep(ALL_FORGOTTEN)
            left = resident(pid)
    print(f"Server memory at the first and every 16 of {number} reloads of a heavy run, MB:")
    print(" ".join(f"{size:.0f}" for size in sizes))
    print(f"After {ALL_FORGOTTEN} s without visitors: {left:.0f} MB.")


def opened_once(address: str, run: str, i: int) -> None:
    with websocket_visit(address) as visit:
        visit.open("samples" if i % 2 else "weights", {"run": run, "sample": str(i)})


def trained(store: RunStore, seed: int) -> str:
    """A finished experiment of the default scenario."""
    config = ExperimentConfig(data=DataConfig(), epochs=60, seeds=Seeds(seed, seed, seed))
    run_id = store.create(config).id
    execute(store, run_id)
    return run_id


def opened(browser: Any, address: str, pid: int, run_id: str) -> float:
    """Open all pages of an experiment; the server's resident MB afterwards."""
    page = new_visitor(browser)
    for name in PAGES:
        page.goto(f"{address}/{name}?run={run_id}")
        page.wait_for_selector(DONE)
        page.wait_for_selector(".hv-scrubber, [data-epoch], canvas, svg")
        page.wait_for_timeout(1500)
    page.context.close()
    return resident(pid)


def report(sizes: list[float]) -> None:
    half = len(sizes) // 2
    slope = statistics.linear_regression(range(len(sizes) - half), sizes[half:]).slope
    print(f"Server memory after each of {len(sizes)} experiments, MB:")
    print(" ".join(f"{size:.0f}" for size in sizes))
    print(f"Slope over the last {len(sizes) - half}: {slope:+.2f} MB per experiment.")


if __name__ == "__main__":
    main()
