"""How smoothly the view scrubs: frames per second, JavaScript per frame, payload and memory.

    python benchmarks/scrub.py [--repeats 5] [--methods 4] [--classes 8] [--epochs 100] [--grid 100]

Packs one synthetic run for each of the three pages (Arena, Density, Weights), loads the
app's bundle in Chromium, and moves the scrubber to another epoch in every frame that the browser
draws, as dragging does. Prints median and range of several repeats, and the machine's load: numbers
from a busy machine are of little use.

frames/s     frames drawn per second of wall time, at most the display's rate (60)
JS ms        time per frame inside the view's own drawing
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._served_app import chromium
from harmony_core.viewer import ARENA, DENSITY, WEIGHTS, build_payload, parts_of
from tests.plots.synthetic import make_run, page

TARGET = 30.0
PAGES = {"Arena": ARENA, "Density": DENSITY, "Weights": WEIGHTS}
DRAG = """async (frames) => {
  const range = document.querySelector('.hv-track input');
  const total = Number(range.max);
  let inside = 0;
  const draw = view.drawNow.bind(view);
  view.drawNow = () => { const t = performance.now(); draw(); inside += performance.now() - t; };
  const next = () => new Promise(requestAnimationFrame);
  await next();
  const before = view.drawn;
  const start = performance.now();
  for (let i = 0; i < frames; i++) {
    range.value = Math.abs((i * 3) % (2 * total) - total);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    await next();
  }
  const seconds = (performance.now() - start) / 1000;
  view.drawNow = draw;
  const drawn = view.drawn - before;
  return [drawn / seconds, inside / drawn];
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("repeats", 5), ("methods", 4), ("classes", 8), ("epochs", 100)):
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N")
    parser.add_argument("--grid", type=int, default=100, metavar="N")
    parser.add_argument("--tracked", type=int, default=2000, metavar="N")
    parser.add_argument("--frames", type=int, default=200, metavar="N")
    parser.add_argument("--width", type=int, default=1400, metavar="PIXELS")
    args = parser.parse_args()
    run = make_run(args.classes, args.methods, args.epochs, args.grid, args.tracked)
    scene, frames, labels = run
    rows = []
    with (
        sync_playwright() as driver,
        chromium(driver) as browser,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, panels in PAGES.items():
            parts = parts_of(panels)
            payload = build_payload("run", scene, labels, frames, args.epochs, "done", parts=parts)
            path = Path(folder) / f"{name}.html"
            options = {"panels": list(panels)}
            path.write_text(page({"all": payload.wire()}, options=options), encoding="utf-8")
            rows.append((name, len(payload.wire()), measure(browser, path, args)))
        version = browser.version
    report(rows, version, args)


def measure(browser: Any, path: Path, args: argparse.Namespace) -> dict[str, list[float]]:
    """Frames per second, milliseconds of JavaScript and megabytes of heap, for each repeat."""
    tab = browser.new_page(viewport={"width": args.width, "height": 1000})
    tab.goto(path.as_uri())
    tab.wait_for_function("window.view && view.drawn")
    tab.evaluate(DRAG, 2 * args.epochs)
    memory = tab.context.new_cdp_session(tab)
    found: dict[str, list[float]] = {"frames/s": [], "JS ms": [], "heap MB": []}
    for _ in range(args.repeats):
        rate, inside = tab.evaluate(DRAG, args.frames)
        memory.send("HeapProfiler.collectGarbage")
        used = memory.send("Runtime.getHeapUsage")
        found["frames/s"].append(rate)
        found["JS ms"].append(inside)
        found["heap MB"].append((used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6)
    tab.close()
    return found


def report(
    rows: list[tuple[str, int, dict[str, list[float]]]], version: str, args: argparse.Namespace
) -> None:
    load = ", ".join(f"{v:.1f}" for v in os.getloadavg())
    print(
        f"{args.methods} methods, {args.classes} classes, {args.epochs} epochs, "
        f"{args.grid} × {args.grid} grid, {args.tracked} samples; {args.repeats} repeats of "
        f"{args.frames} frames at {args.width} px"
    )
    print(f"Chromium {version}, {platform.machine()}, {os.cpu_count()} cores, load {load}")
    print(f"{'page':<18}{'payload MB':>12}{'frames/s':>22}{'JS ms':>22}{'heap MB':>12}")
    for name, size, found in rows:
        rate, inside = (spread(found[key]) for key in ("frames/s", "JS ms"))
        heap = statistics.median(found["heap MB"])
        met = "" if statistics.median(found["frames/s"]) >= TARGET else f"  below {TARGET:.0f}"
        print(f"{name:<18}{size / 1e6:>12.2f}{rate:>22}{inside:>22}{heap:>12.0f}{met}")
    print(json.dumps({name: {"bytes": size, **found} for name, size, found in rows}))


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


if __name__ == "__main__":
    main()
