"""The embedding's maps in windows of different widths, in a real browser."""

from __future__ import annotations

from pathlib import Path

from harmony_core.runs.store import RunStore
from tests.app.embedding.recorded import record_it

from .conftest import Visit, settled
from .test_embedding import MAPS

PLACES = f"""() => [...document.querySelectorAll("{MAPS} .nsewdrag")].map((map) => {{
  const box = map.getBoundingClientRect();
  return [box.left, box.top, box.width, box.height];
}})"""
"""Where each map is."""
STACKED = (
    f"() => {{ const m = ({PLACES})(); return m.length === 2 && m[1][1] > m[0][1] + m[0][3]; }}"
)
ABREAST = (
    f"() => {{ const m = ({PLACES})(); return m.length === 2 && m[1][0] > m[0][0] + m[0][2]; }}"
)
READABLE = f"""() => {{
  const fits = (name) => {{
    const one = document.querySelector(name);
    return one && one.scrollWidth <= one.clientWidth;
  }};
  return Math.min(...({PLACES})().map((map) => map[2])) > 250
    && fits("[data-testid=stMain]") && fits(".st-key-embedding-picture");
}}"""
"""Each map takes most of 375 pixels, and nothing scrolls sideways."""


def test_maps_stand_one_under_the_other_on_a_phone(visit: Visit, app_folder: Path) -> None:
    store = RunStore(app_folder / "runs")
    run = record_it(store)
    try:
        page = visit(f"/embedding?run={run}&colour=correct")
        page.get_by_text("Each dot is a real sample").first.wait_for()
        page.wait_for_function(ABREAST)
        settled(page)
        page.set_viewport_size({"width": 375, "height": 800})
        page.wait_for_function(STACKED)
        page.wait_for_function(READABLE)
        assert "colour=correct" in page.url
        page.set_viewport_size({"width": 1400, "height": 900})
        page.wait_for_function(ABREAST)
    finally:
        store.delete(run)
