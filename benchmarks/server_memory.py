"""Whether the server's memory stays flat while experiments are opened one after another.

    python benchmarks/server_memory.py [--experiments 20]

Trains that many experiments of the default scenario in this process, opens the pages Arena,
Gradient density and Weights of each in a fresh browser context, and prints the server's resident
memory after each experiment. The result is the slope once the caches are warm.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._served_app import DONE, chromium, new_visitor, resident, served
from harmony_core.config import DataConfig, ExperimentConfig, Seeds
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

PAGES = ("arena", "density", "weights")
FEWEST = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=20, metavar="N")
    number = parser.parse_args().experiments
    if number < FEWEST:
        parser.error(f"expected at least {FEWEST} experiments for a slope, but got {number}")
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
