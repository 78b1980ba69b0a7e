"""The observatory on images, digits and photographs, in a real browser."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harmony_core.analysis.accuracy import frame_figures
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

from .conftest import PHOTOS, Visit, needs_photos
from .test_observatory import press

CONSTANT = {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin", "anchor": "class"}
METHODS = (MethodConfig("ce"), MethodConfig("harmonized", CONSTANT, label="Harmonized"))
"""After two epochs nearly every sample is hard, and only with the margin do weights differ."""


def trained(folder: Path, data: DataConfig, title: str) -> tuple[RunStore, str]:
    """Two epochs, kept where the app looks for its runs."""
    store = RunStore(folder / "runs")
    config = ExperimentConfig(
        data=data, methods=METHODS, epochs=2, record=RecordConfig(tracked=200)
    )
    run = store.create(complete(config), title).id
    execute(store, run)
    return store, run


def thinned(archive: Path, target: Path) -> Path:
    """A twentieth of the photographs: the same tail, from 250 down to 3, and 10 a class to test."""
    kept: Counter[str] = Counter()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as out:
        names = [name for name in source.namelist() if name.endswith(".jpg")]
        sizes = Counter(name.rpartition("/")[0] for name in names)
        for name in names:
            folder = name.rpartition("/")[0]
            share = 100 if folder.startswith("test") else 20
            if kept[folder] < max(3, sizes[folder] // share):
                kept[folder] += 1
                out.writestr(name, source.read(name))
    return target


@pytest.fixture(scope="module")
def digits(app_folder: Path) -> tuple[RunStore, str]:
    return trained(app_folder, DataConfig("digits", imbalance_factor=50.0), "The digits")


@pytest.fixture(scope="module")
def photographs(app_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStore, str]:
    archive = thinned(PHOTOS, tmp_path_factory.mktemp("photographs") / "thinned.zip")
    return trained(
        app_folder,
        DataConfig("images", {"source": str(archive)}, profile="as_is"),
        "The photographs",
    )


def walk(visit: Visit, store: RunStore, run: str, title: str) -> None:
    """Arena, density and weights of one experiment say what its frames say."""
    scene, frames = store.scene(run), store.frames(run, 0, 2)
    page = visit(f"/arena?run={run}")
    results = page.get_by_role("region", name="Results by method")
    for method, frame in zip(("Cross-entropy", "Harmonized"), frames, strict=True):
        found = frame_figures(frame, scene.train_counts)["balanced_accuracy"]
        row = results.get_by_role("row", name=method)
        row.wait_for()
        assert row.get_by_role("cell").first.inner_text() == f"{100 * found:.1f}"

    page.locator(".st-key-views").get_by_role("link", name="Density").click()
    page.get_by_role("heading", name=title).wait_for()
    charts = page.locator(".hv-classchart")
    charts.first.wait_for()
    assert charts.count() == len(scene.class_names)
    chart = page.locator('.hv-classchart[data-class="0"] svg.hv-hist')
    press(page, chart, 0.9)
    row = page.locator(".hv-sample").first
    row.wait_for()
    assert row.locator("canvas, img").count() == 1  # its picture

    page.locator(".st-key-views").get_by_role("link", name="Samples").click()
    page.get_by_role("heading", name=title).wait_for()
    page.locator(".hv-gallery canvas, .hv-gallery img").first.wait_for()
    upright(page)


def upright(page: Any) -> None:
    """On a phone nothing scrolls sideways."""
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
    )


def test_digits(visit: Visit, digits: tuple[RunStore, str]) -> None:
    walk(visit, *digits, "The digits")


@needs_photos
def test_photographs(visit: Visit, photographs: tuple[RunStore, str]) -> None:
    walk(visit, *photographs, "The photographs")
