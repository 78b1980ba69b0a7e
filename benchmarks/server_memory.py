"""Whether the server's memory stays flat: it opens one experiment after another.

    python benchmarks/server_memory.py [--experiments 20]

Trains that many experiments of the default scenario through the worker, opens the Arena, the
gradient density and the weights of each in a fresh browser context, one after the other, and prints
the server's resident memory after each. What counts is the slope once the caches are warm.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.app_latency import BROWSERS, FLAGS, served
from harmony_core.config import DataConfig, ExperimentConfig, Seeds
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

PAGES = ("arena", "density", "weights")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=20, metavar="N")
    number = parser.parse_args().experiments
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HARMONY_RUNS"] = folder
        ids = [trained(RunStore(Path(folder)), seed) for seed in range(number)]
        with sync_playwright() as driver, served(runs=Path(folder)) as (address, pid):
            browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
            sizes = [opened(browser, address, pid, run_id) for run_id in ids]
            browser.close()
    report(sizes)


def trained(store: RunStore, seed: int) -> str:
    """A finished experiment of the default scenario."""
    config = ExperimentConfig(data=DataConfig(), epochs=60, seeds=Seeds(seed, seed, seed))
    run_id = store.create(config).id
    execute(store, run_id)
    return run_id


def opened(browser: Any, address: str, pid: int, run_id: str) -> float:
    """Look at all pages of an experiment; the server's resident MB afterwards."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    for name in PAGES:
        page.goto(f"{address}/{name}?run={run_id}")
        page.wait_for_selector('[data-run-state="done"]')
        page.wait_for_selector(".hv-scrubber, [data-epoch], canvas, svg")
        page.wait_for_timeout(1500)
    page.context.close()
    return resident(pid)


def resident(pid: int) -> float:
    """Resident memory of a process, MB, as ``ps`` says."""
    line = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(line.stdout) / 1024


def report(sizes: list[float]) -> None:
    half = len(sizes) // 2
    slope = statistics.linear_regression(range(len(sizes) - half), sizes[half:]).slope
    print(f"Server memory after each of {len(sizes)} experiments, MB:")
    print(" ".join(f"{size:.0f}" for size in sizes))
    print(f"Slope over the last {len(sizes) - half}: {slope:+.2f} MB an experiment.")


if __name__ == "__main__":
    main()
