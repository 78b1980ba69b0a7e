"""What each extra of the wheel takes: packages, disk, time; and the first page of the app.

    python benchmarks/install.py [--extras app,inspect] [--visits 5] [--cold]

Builds the wheel and installs it into an empty environment for each extra, by uv from the index that
pip is configured for. *MB*: all files of the environment; hard links to uv's cache count in full.
*Cached*: seconds when uv has all packages. With ``--cold`` each extra is installed once more with
an empty cache of its own, which downloads them: that figure is of the network above all.
*Import*: CPU time beyond torch's own until `HarmonizedLoss` can be used, the median of five
processes. Then `harmony app` of the last environment that can serve is started in an empty folder:
seconds until its health check answers, and for visits in fresh browser contexts the milliseconds
until something is painted and until the page's heading is visible, medians with their range.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._environments import build_wheel, environment_with
from benchmarks._markdown_table import print_table
from benchmarks._served_app import chromium, free_port, new_visitor, wait_until_healthy
from harmony_core.bench.machine import load, processor

EXTRAS = ("", "study", "inspect", "embedding", "app", "all")
SERVING = ("app", "all")
IMPORT = (
    "import time, torch; start = time.process_time(); "
    "from harmony_core import HarmonizedLoss; print(time.process_time() - start)"
)
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extras", default=",".join(EXTRAS), help="which; the empty one is none")
    parser.add_argument("--visits", type=int, default=5, metavar="N")
    parser.add_argument("--cold", action="store_true", help="also install with an empty cache")
    given = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} cores, load {load()}\n")
    extras = given.extras.split(",")
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        print(f"The wheel has {wheel.stat().st_size / 1e6:.1f} MB.\n")
        heads = ["Install", "Packages", "MB", "Cached", *(["Cold"] * given.cold), "Import"]
        rows = (measured(wheel, extra, Path(folder), cold=given.cold) for extra in extras)
        print_table(heads, rows)
        for extra in [extra for extra in extras if extra in SERVING][-1:]:
            print_table(
                ["`harmony app` from a wheel", "Median", "Range"],
                first_page(Path(folder) / f"all-{extra}" / "bin", given.visits),
            )


def measured(wheel: Path, extra: str, folder: Path, *, cold: bool) -> Sequence[str]:
    """The row of an extra."""
    cells = []
    environment_with(wheel, extra, folder / f"first-{extra}")  # fills the cache
    start = time.perf_counter()
    programs = environment_with(wheel, extra, folder / f"all-{extra}")
    cells.append(f"{time.perf_counter() - start:.1f} s")
    if cold:
        with tempfile.TemporaryDirectory() as cache:
            start = time.perf_counter()
            environment_with(wheel, extra, Path(cache) / "home", UV_CACHE_DIR=f"{cache}/cache")
            cells.append(f"{time.perf_counter() - start:.0f} s")
    files = [path for path in programs.parent.rglob("*") if path.is_file()]
    packages = sum(path.name == "METADATA" for path in files)
    size = sum(path.lstat().st_size for path in files) / 1e6
    times = [seconds_to_import(programs) for _ in range(6)][1:]  # the first compiles
    name = f"`harmony[{extra}]`" if extra else "`harmony`"
    imported = f"{1000 * statistics.median(times):.0f} ms"
    return name, str(packages), f"{size:,.0f}", *cells, imported


def seconds_to_import(programs: Path) -> float:
    """How long the loss takes in a new process in which torch is imported."""
    done = subprocess.run(
        [programs / "python", "-P", "-c", IMPORT], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def first_page(programs: Path, visits: int) -> Iterator[Sequence[str]]:
    """Rows of the start of a server and of visits to it."""
    start = time.perf_counter()
    with served(programs) as address, sync_playwright() as driver, chromium(driver) as browser:
        yield "first start until healthy", f"{time.perf_counter() - start:.1f} s", ""
        painted, titled = [], []
        for _ in range(visits):
            page = new_visitor(browser)
            start = time.perf_counter()
            page.goto(address)
            page.locator("h1").first.wait_for()
            titled.append(1000 * (time.perf_counter() - start))
            painted.append(float(page.evaluate(PAINTED)))
            page.context.close()
    for name, times in (("first contentful paint", painted), ("heading visible", titled)):
        yield name, f"{statistics.median(times):.0f} ms", f"{min(times):.0f} to {max(times):.0f}"


@contextmanager
def served(programs: Path) -> Iterator[str]:
    """The address of `harmony app`, run in an empty folder."""
    port = free_port()
    address = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [programs / "harmony", "app", f"--port={port}"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_healthy(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
