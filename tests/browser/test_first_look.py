"""The first minute in the Arena: something moves at once, nothing turns blank, nothing is mixed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Visit, settled
from .test_arena import QUICK, await_state

VIEW = ".st-key-experiment-view"
PLANE = f"{VIEW} .hv-s-plane canvas"
WATCH = """
() => {
  const view = document.querySelector(".st-key-experiment-view");
  const find = (node) => [...node.querySelectorAll("*")]
    .map((each) => each.shadowRoot?.querySelector(".hv") ?? (each.matches(".hv") ? each : null))
    .find(Boolean);
  const first = find(view);
  window.blank = 0;
  window.replaced = 0;
  setInterval(() => {
    const box = document.querySelector(".st-key-experiment-view");
    const now = box && find(box);
    if (now !== first) window.replaced += 1;
    if (!now?.querySelector("canvas")) window.blank += 1;
  }, 20);
}
"""
"""Counts the looks at which the view of the Arena was empty, or another element."""


def choose(page: Any, scenario: str) -> None:
    page.get_by_text(scenario, exact=True).click(force=True)
    settled(page)


def epoch(page: Any) -> int:
    return int(page.locator(f"{VIEW} .hv-read b").inner_text())


@pytest.mark.parametrize(
    ("width", "height", "page_name", "picture"),
    [
        (1400, 900, "arena", ".hv-s-plane canvas"),
        (375, 812, "arena", ".hv-s-plane canvas"),
        (1400, 900, "density", ".hv-s-density svg"),
        (1400, 900, "weights", ".hv-s-weights svg"),
    ],
)
def test_a_recorded_run_moves_above_the_fold(
    visit: Visit, width: int, height: int, page_name: str, picture: str
) -> None:
    page = visit(f"/{page_name}")
    page.set_viewport_size({"width": width, "height": height})
    drawn = page.locator(f"{VIEW} {picture}").first
    drawn.wait_for()
    page.get_by_text("Recorded example").wait_for()
    settled(page)
    assert drawn.bounding_box()["y"] < 0.8 * height
    now = page.locator(f"{VIEW} .hv-read b")
    before = now.inner_text()
    page.wait_for_timeout(1500)
    assert now.inner_text() != before


def test_train_replaces_the_picture_without_a_blank(visit: Visit) -> None:
    page = visit("/arena")
    page.wait_for_selector(PLANE)
    settled(page)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Train").first.click()
    await_state(page, "done")
    assert page.evaluate("[window.blank, window.replaced]") == [0, 0]


def test_a_changed_setting_dims_the_picture_and_parts_the_address(visit: Visit) -> None:
    page = visit(QUICK)
    await_state(page, "done")
    settled(page)
    assert "run=" in page.url
    choose(page, "Moons")
    note = page.locator(f"{VIEW} .hv-veil")
    note.get_by_text("Settings changed").wait_for()
    page.wait_for_url(re.compile("data=moons"))
    assert "run=" not in page.url
    note.get_by_role("button").click()
    page.wait_for_url(re.compile("data=moons.*run="))
    await_state(page, "done")
    assert note.is_hidden()


def test_painted_opens_its_canvas_beside_a_run(visit: Visit) -> None:
    page = visit(QUICK)
    await_state(page, "done")
    settled(page)
    choose(page, "Painted")
    page.get_by_role("button", name="Retrain with these points").wait_for()
    assert page.locator(VIEW).count() == 0


def test_a_link_to_a_run_elsewhere_trains_without_an_error(visit: Visit) -> None:
    page = visit(f"{QUICK}&run=20260101-000000-abcd")
    page.get_by_text("not on this server").wait_for()
    await_state(page, "done")
    assert page.get_by_test_id("stAlertContentError").count() == 0
    assert "20260101" not in page.url


def test_after_an_ablation_panel_and_picture_name_the_same_methods(visit: Visit) -> None:
    page = visit(QUICK)
    await_state(page, "done")
    settled(page)
    page.get_by_role("button", name="Ablation").click()
    for i, name in enumerate(("Neither", "Intra", "Inter", "Both", "Literal"), 1):
        page.locator(f"{VIEW} .hv-s-plane h3").get_by_text(name, exact=True).wait_for()
        page.get_by_test_id("stSidebar").get_by_text(f"Method {i}: {name}").wait_for()


def test_surprise_me_trains_something_else(visit: Visit) -> None:
    page = visit("/arena")
    page.wait_for_selector(PLANE)
    settled(page)
    page.get_by_role("button", name="Surprise me").click()
    page.wait_for_url(re.compile("run="))
    await_state(page, "done")
    assert "data=checkerboard" not in page.url
