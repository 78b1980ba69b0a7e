"""A first visit beside that of the smallest Streamlit page with a chart, in one run.

    python benchmarks/first_visit.py [--visits 7]

Serves the app and a peer, a script of five lines with a title and one Plotly chart, and opens
each in turn in a fresh browser context. *Title*: from the navigation until the page's heading is
visible. *Picture*: until the first picture has been painted, a canvas of the recorded example or
the peer's chart. *Bytes*: what the browser received once the network is quiet. Prints medians and
the median of the ratios of neighbouring visits, with their range. Both servers have had a visitor.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._markdown_table import print_table
from benchmarks._served_app import chromium, new_visitor, served
from benchmarks.app_latency import counted
from harmony_core.bench.machine import load, processor

PEER = """import plotly.graph_objects as go
import streamlit as st

st.title("A chart")
st.plotly_chart(go.Figure(go.Scatter(x=list(range(500)), y=list(range(500)), mode="markers")))
"""
PAGES = ("arena", "density", "weights", "embedding")
OWN_PICTURE = ".hv canvas, .js-plotly-plot .main-svg"
CHART = ".js-plotly-plot .main-svg .points path"
QUIET = 2000
Visit = tuple[float, float, float]
"""Seconds to the title, seconds to the picture, megabytes."""
WHAT = (("title", 1.3, "s"), ("picture", 0.7, "s"), ("bytes", 1.3, "MB"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=7, metavar="N")
    number = parser.parse_args().visits
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        script = Path(folder) / "peer.py"
        script.write_text(PEER)
        with (
            served() as (app, _),
            served(script=script) as (peer, _),
            chromium(driver) as browser,
        ):
            rows = []
            for page in PAGES:
                pairs = [
                    (
                        visit(browser, f"{app}/{page}", OWN_PICTURE),
                        visit(browser, peer, CHART),
                    )
                    for _ in range(number + 1)
                ][1:]
                rows += [row(page, at, pairs) for at in range(len(WHAT))]
            version = browser.version
    print_table(("Page", "What", "Here", "Peer", "Ratio", "Target", ""), rows)
    print(
        f"{number} visits each. {processor()}, {os.cpu_count()} cores, load {load()}; Streamlit "
        f"{metadata.version('streamlit')}, Chromium {version}."
    )


def visit(browser: Any, address: str, picture: str) -> Visit:
    page = new_visitor(browser)
    received = counted(page)
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("h1").first.wait_for()
    title = time.perf_counter() - start
    page.locator(picture).first.wait_for()
    first = time.perf_counter() - start
    page.wait_for_timeout(QUIET)
    megabytes = received() / 1e6
    page.context.close()
    return title, first, megabytes


def row(page: str, at: int, pairs: list[tuple[Visit, Visit]]) -> tuple[str, ...]:
    what, target, unit = WHAT[at]
    ratios = [here[at] / there[at] for here, there in pairs]
    ratio = statistics.median(ratios)
    own, peer = (statistics.median(one[at] for one in side) for side in zip(*pairs, strict=True))
    return (
        page,
        what,
        f"{own:.2f} {unit}",
        f"{peer:.2f} {unit}",
        f"{ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f})",
        f"≤ {target} ×",
        "met" if ratio <= target else "**missed**",
    )


if __name__ == "__main__":
    main()
