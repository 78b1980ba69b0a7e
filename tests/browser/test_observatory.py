"""One experiment from all sides in a real browser: scrub, pick a sample, share, paint, ablate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.experiments.complete import complete
from harmony_core.explain.latex import number_text
from harmony_core.explain.sample import explain
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

from .conftest import PATIENCE, Visit, playwright, settled
from .test_arena import await_state

METHODS = (MethodConfig("ce"), MethodConfig("harmonized"))
TERMS = "dl.terms"


def trained(folder: Path, data: str, title: str) -> tuple[RunStore, str]:
    """A small experiment, trained where the app keeps its runs."""
    store = RunStore(folder / "runs")
    config = ExperimentConfig(
        data=DataConfig(data, {"n_max": 60, "test_per_class": 20}, 10.0),
        methods=METHODS,
        epochs=4,
        record=RecordConfig(grid=16, tracked=60),
    )
    run = store.create(complete(config), title).id
    execute(store, run)
    return store, run


@pytest.fixture(scope="module")
def clouds(app_folder: Path) -> tuple[RunStore, str]:
    return trained(app_folder, "clouds", "The clouds")


@pytest.fixture(scope="module")
def rings(app_folder: Path) -> tuple[RunStore, str]:
    return trained(app_folder, "rings", "The rings")


def press(page: Any, chart: Any, share: float) -> None:
    """Press a chart at this share of its width, once nothing is being drawn anew.

    `click` itself scrolls, and begins again where the chart is replaced under its hands.
    """
    settled(page)
    chart.click(position={"x": float(chart.get_attribute("width")) * share, "y": 60})


def numbers(page: Any) -> list[list[str]]:
    """p, g, weight and loss of each method as the microscope shows them."""
    page.wait_for_selector(TERMS)
    lists = page.locator(TERMS)
    return [lists.nth(i).locator("dd").all_inner_texts() for i in range(lists.count())]


def expected(store: RunStore, run: str, epoch: int, sample: int) -> list[list[str]]:
    config, scene = store.get(run).config, store.scene(run)
    seen = [explain(config, scene, frame, sample) for frame in store.frames(run, 0, epoch)]
    return [[number_text(v) for v in (s.p_y, s.difficulty, s.weight, s.loss)] for s in seen]


def tab(page: Any, name: str) -> Any:
    return page.locator(".st-key-views").get_by_role("link", name=name)


def test_scrub_press_a_region_and_look_at_a_sample(
    visit: Visit, clouds: tuple[RunStore, str]
) -> None:
    store, run = clouds
    page = visit(f"/density?run={run}")
    chart = page.locator('.hv-classchart[data-class="0"] svg.hv-hist')
    chart.wait_for()
    page.locator(".hv").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("epoch=2"))
    press(page, chart, 0.25)
    row = page.locator(".hv-sample").first
    sample = int(row.get_attribute("data-sample"))
    row.click()
    page.wait_for_url(re.compile(f"sample={sample}"))

    tab(page, "Samples").click()
    page.get_by_role("heading", name="The clouds").wait_for()
    page.wait_for_selector(f'[data-sample="{sample}"].who')
    assert numbers(page) == expected(store, run, 2, sample)
    assert page.locator(".st-key-experiment-view .hv-section").count() == 2


def test_a_shared_link_restores_epoch_and_sample_in_a_fresh_browser(
    visit: Visit, clouds: tuple[RunStore, str]
) -> None:
    store, run = clouds
    first = visit(f"/arena?run={run}&epoch=1&sample=3")
    link = first.locator(".st-key-share [data-testid=stCode]").first.inner_text().strip()
    second = visit("/samples?" + link.partition("?")[2])
    second.wait_for_selector('[data-sample="3"].who')
    assert numbers(second) == expected(store, run, 1, 3)
    assert second.locator(".hv-read b").first.inner_text() == "1"
    assert "data=clouds" in link


def test_a_tab_keeps_the_epoch_and_back_returns_to_the_tab_before(
    visit: Visit, clouds: tuple[RunStore, str]
) -> None:
    page = visit(f"/arena?run={clouds[1]}")
    page.locator(".hv-s-plane").wait_for()
    page.evaluate("document.querySelector('.st-key-experiment-view').mark = 'kept'")
    page.locator(".hv").first.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("epoch=2"))
    settled(page)
    tab(page, "Density").focus()
    page.keyboard.press("Enter")
    page.locator(".hv-s-density").wait_for()
    page.wait_for_url(re.compile(r"/density\?.*epoch=2"))
    assert page.evaluate("document.querySelector('.st-key-experiment-view').mark") == "kept"
    assert page.locator(".hv-read b").first.inner_text() == "2"
    assert page.locator(".hv-s-plane").count() == 0
    current = page.locator('.st-key-views [aria-current="page"]')
    assert current.all_inner_texts() == ["Density"]
    settled(page)
    page.go_back()
    page.locator(".hv-s-plane").wait_for()
    page.wait_for_url(re.compile(r"/arena\?.*epoch=2"))
    assert page.locator(".hv-read b").first.inner_text() == "2"


def test_the_tabs_fit_on_a_phone(visit: Visit, clouds: tuple[RunStore, str]) -> None:
    page = visit(f"/weights?run={clouds[1]}")
    page.set_viewport_size({"width": 375, "height": 800})
    tab(page, "Embedding").wait_for()
    settled(page)
    boxes = [each.bounding_box() for each in page.locator(".st-key-views a").all()]
    assert len(boxes) == 5
    assert len({round(box["y"] + box["height"]) // 8 for box in boxes if box}) == 1
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes if box)


def test_two_browsers_see_only_their_own(
    visit: Visit, clouds: tuple[RunStore, str], rings: tuple[RunStore, str]
) -> None:
    pages = [
        visit(f"/samples?run={clouds[1]}&epoch=1&sample=2"),
        visit(f"/samples?run={rings[1]}&epoch=3&sample=5"),
    ]
    for page, sample in zip(pages, (2, 5), strict=True):
        page.wait_for_selector(f'[data-sample="{sample}"].who')
    page = pages[0]
    page.locator(".hv").first.focus()
    page.keyboard.press("End")
    page.wait_for_url(re.compile("epoch=4"))
    page.get_by_text("after epoch 4").first.wait_for()
    assert numbers(page) == expected(*clouds, 4, 2)
    assert numbers(pages[1]) == expected(*rings, 3, 5)
    assert "epoch=3" in pages[1].url
    assert pages[1].get_by_role("heading", name="The rings").count() == 1
    assert page.get_by_role("heading", name="The clouds").count() == 1


def test_ablation_in_one_click(visit: Visit) -> None:
    page = visit("/arena?data=clouds~n_max-60~test_per_class-20&m=ce&m=harmonized&epochs=3")
    page.get_by_role("button", name="Ablation").click()
    await_state(page, "done")
    table = page.get_by_role("region", name="Results by method")
    for name in ("Neither", "Intra", "Inter", "Both", "Literal"):
        table.get_by_role("rowheader", name=name).wait_for()


def paint(page: Any) -> None:
    """Set one point on the board."""
    board = page.get_by_role("application")
    board.wait_for()
    settled(page)
    board.click(position={"x": 30, "y": 30})


def test_painted_points_are_trained_at_once(visit: Visit) -> None:
    page = visit("/arena?data=painted~test_per_class-20&profile=as_is&epochs=3&m=ce&m=harmonized")
    paint(page)
    page.get_by_text("61 of at most 400 points").wait_for()
    page.get_by_role("button", name="Retrain").click()
    page.wait_for_url(re.compile(r"points-xy.*run="))
    await_state(page, "done")
    page.locator(".st-key-experiment-view canvas").first.wait_for()


def test_the_main_button_takes_painted_points_along(visit: Visit, app_folder: Path) -> None:
    page = visit("/arena?data=painted~test_per_class-20&profile=as_is&epochs=2&m=ce&m=harmonized")
    paint(page)
    page.get_by_text("Not trained yet").wait_for()
    page.locator(".st-key-train button").click()
    page.wait_for_url(re.compile(r"points-xy.*run="))
    await_state(page, "done")
    run = re.search(r"run=([0-9a-z-]+)", page.url)
    assert run
    scene = RunStore(app_folder / "runs").scene(run[1])
    assert sum(scene.train_counts) == 61


def test_home_moves_by_itself(visit: Visit) -> None:
    page = visit("/")
    now = page.locator(".st-key-hero .hv-read b").first
    now.wait_for()
    before = now.inner_text()
    playwright.expect(now).not_to_have_text(before, timeout=PATIENCE)
