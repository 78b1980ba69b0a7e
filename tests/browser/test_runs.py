"""Experiments in a list: a failed download, rows, images of a cell, and a comparison of two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

from .accessibility import shared_names
from .conftest import Visit, settled

ADDRESS = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
LONG = "A title that is far too long for a narrow column beside the picture of its experiment"


@pytest.fixture(scope="module")
def digits(app_folder: Path) -> tuple[RunStore, str]:
    store = RunStore(app_folder / "runs")
    methods = (MethodConfig("ce"), MethodConfig("balanced_softmax"))
    config = ExperimentConfig(data=DataConfig("digits"), methods=methods, epochs=2)
    run = store.create(complete(config), LONG).id
    execute(store, run)
    return store, run


def recent(page: Any) -> Any:
    page.get_by_role("tab", name="Recent").click()
    settled(page)
    return page.get_by_test_id("stSidebar")


def test_a_failed_download_links_its_address_and_promises_no_checkpoint(
    visit: Visit, app_folder: Path
) -> None:
    store = RunStore(app_folder / "runs")
    record = store.create(complete(ExperimentConfig(data=DataConfig("cifar10-lt"))))
    error = f"Expected to download CIFAR-10 from {ADDRESS}, but got: no network. Check it."
    store.save(record.replace(state="failed", error=error))
    page = visit(f"/arena?run={record.id}")
    link = page.get_by_role("alert").get_by_role("link")
    link.wait_for()
    settled(page)
    assert link.inner_text() == ADDRESS
    assert link.get_attribute("href") == ADDRESS
    page.get_by_role("button", name="Try again").wait_for()
    assert page.get_by_role("button", name="Resume").count() == 0
    share = page.locator(".st-key-share")
    assert share.get_by_text("as it is on screen").count() == 0


def test_rows_of_the_list_are_alike_whatever_the_names(
    visit: Visit, digits: tuple[RunStore, str]
) -> None:
    store, _ = digits
    store.create(complete(ExperimentConfig()), "Short")
    page = visit("/arena")
    side = recent(page)
    rows = side.locator("[class*=st-key-history-2]")
    rows.nth(1).wait_for()
    settled(page)
    for row in rows.all():  # a busy browser draws them one after the other
        row.locator("[class*=st-key-open-] button").wait_for()
    boxes = [row.bounding_box() for row in rows.all()]
    assert len({round(box["height"]) for box in boxes}) == 1
    edges = [row.locator("[class*=st-key-menu-]").first.bounding_box()["x"] for row in rows.all()]
    assert max(edges) - min(edges) < 2
    assert side.get_by_role("button", name=f"Rename or delete {LONG}").is_visible()


def test_the_browser_keeps_which_experiments_are_its_own(visit: Visit) -> None:
    page = visit("/arena?data=clouds~n_max-60~test_per_class-20&m=ce&epochs=2")
    page.locator('[data-run-state="done"]').wait_for()
    page.wait_for_function("() => localStorage.getItem('harmony-runs')")
    page.goto(page.url.split("?")[0])  # a new visit, without the experiment's link
    side = recent(page)
    own = side.get_by_text("Started in this browser")
    own.wait_for()
    settled(page)
    kept = page.evaluate("JSON.parse(localStorage.getItem('harmony-runs'))")
    assert len(kept) == 1
    rows = side.locator("[class*=st-key-history-2]")
    assert f"st-key-history-{kept[0]}" in rows.first.get_attribute("class")
    stranger = visit("/arena")
    recent(stranger).locator("[class*=st-key-history-2]").first.wait_for()
    assert stranger.get_by_text("Started in this browser").count() == 0


def test_experiments_of_one_title_have_names_of_their_own(visit: Visit, app_folder: Path) -> None:
    store = RunStore(app_folder / "runs")
    for _ in range(2):
        store.create(complete(ExperimentConfig()), "The same")
    page = visit("/arena")
    recent(page).get_by_role("button", name="The same").nth(1).wait_for()
    assert not [name for name in shared_names(page) if "The same" in name]


def test_a_cell_opens_its_test_images_by_keyboard(
    visit: Visit, digits: tuple[RunStore, str]
) -> None:
    store, run = digits
    frame, scene = store.frames(run, 0, 2)[0], store.scene(run)
    assert frame.gallery_logits is not None
    assert scene.gallery_targets is not None
    predicted = frame.gallery_logits.argmax(axis=1)
    inside = int(((scene.gallery_targets == 0) & (predicted == 0)).sum())
    page = visit(f"/arena?run={run}")
    matrix = page.locator(".hv-confusions canvas").first
    matrix.wait_for()
    settled(page)
    matrix.focus()
    for key in ("ArrowRight", "Enter"):
        page.keyboard.press(key)
    shown = page.locator(".hv-cellgallery")
    shown.get_by_text("0, recognised by Cross-entropy, epoch 2").wait_for()
    assert shown.locator("li").count() == inside
    total = int(frame.confusion[0, 0])
    assert (f"{inside} of {total}" if inside < total else f"{total} test images") in (
        shown.inner_text()
    )
    page.keyboard.press("Escape")
    assert shown.is_hidden()


def test_two_chosen_experiments_open_side_by_side(
    visit: Visit, digits: tuple[RunStore, str]
) -> None:
    store, run = digits
    other = store.create(complete(ExperimentConfig()), "Another").id
    page = visit("/arena")
    side = recent(page)
    for one in (run, other):
        side.locator(f".st-key-compare-{one} label").click()
        settled(page)
    side.get_by_role("link", name="Compare the two").click()
    page.get_by_role("heading", name="Two experiments side by side").wait_for()
    page.get_by_role("heading", name="Settings that differ").wait_for()
    assert run in page.url
    assert other in page.url
    assert page.get_by_text("tested on different samples").is_visible()
