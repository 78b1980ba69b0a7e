"""Each extra in an empty environment of its own does there what it is for, and names the others."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks._environments import IndexUnreachable, environment_with, uv
from tests.free_port import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(uv() is None, reason="uv is not installed: make dev"),
]
LOSS = """
import torch
from harmony_core import HarmonizedLoss
loss_fn = HarmonizedLoss([90, 10])
logits = torch.zeros(4, 2, requires_grad=True)
loss_fn(logits, torch.tensor([0, 0, 0, 1])).backward()
print(float(logits.grad.abs().sum()) > 0)
"""
RECORDING = """
import torch, harmony_core
x, y = torch.randn(20, 2), torch.arange(20) % 2
network, criterion = torch.nn.Linear(2, 2), harmony_core.HarmonizedLoss([10, 10])
with harmony_core.record("runs", loss=criterion, epochs=1) as run:
    criterion.on_epoch_start(0, 1)
    criterion(network(x), y).backward()
    with torch.no_grad():
        criterion(network(x), y)
    run.epoch()
print(run.id)
"""
EMBEDDING = """
import numpy as np
from harmony_core.analysis.embedding import embed_model
from harmony_core.plots.embedding.figure import embedding_figure
labels = np.arange(120) % 3
features = np.random.default_rng(0).normal(labels[:, None], 0.2, (120, 4))
picture = embed_model(features, features[:, :3], labels)
print(len(embedding_figure(picture.frame, picture.landmarks).data) > 0)
"""
STUDY = """
title: Two seeds
baseline: ce
seeds: {count: 2}
methods: [ce, balanced_softmax]
settings:
  - {name: clouds, data: clouds, factors: [10], epochs: 2, params: {n_max: 60}}
"""


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes the environment of an extra and gives its programs; it is removed after the test.

    A test is skipped where there are no packages to be had.
    """
    home = tmp_path / "environment"

    def install(extra: str) -> Path:
        try:
            return environment_with(wheel, extra, home)
        except IndexUnreachable as error:
            pytest.skip(f"no package index answers: {str(error).splitlines()[0]}")

    yield install
    shutil.rmtree(home, ignore_errors=True)


def said(programs: Path, folder: Path, *words: str, status: int = 0) -> str:
    """What a program of the environment prints, in a folder of its own; errors if it fails."""
    outside = {"PYTHONPATH", "VIRTUAL_ENV"}
    environment = {k: v for k, v in os.environ.items() if k not in outside}
    done = subprocess.run(
        [programs / words[0], *words[1:]], cwd=folder, env=environment, capture_output=True,
        text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stderr if status else done.stdout


def table(folder: Path) -> Path:
    """A table of two clouds of points, one of them rare."""
    random_numbers = random.Random(0)
    path = folder / "table.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["x", "y", "kind"])
        for i in range(200):
            rare = i % 10 == 0
            x, y = (random_numbers.gauss(3 * rare, 1) for _ in range(2))
            rows.writerow([f"{x:.3f}", f"{y:.3f}", "rare" if rare else "common"])
    return path


def test_without_an_extra_the_losses_work_and_the_rest_names_its_extra(
    installed: Callable[[str], Path], tmp_path: Path
) -> None:
    programs = installed("")
    assert said(programs, tmp_path, "python", "-c", LOSS).split() == ["True"]
    assert said(programs, tmp_path, "harmony", "--version").startswith("harmony ")
    assert "harmonized" in said(programs, tmp_path, "harmony", "methods")
    recorded = said(programs, tmp_path, "python", "-c", RECORDING).strip()
    assert (tmp_path / "runs" / recorded / "record.json").is_file()
    for extra, words in {
        "app": "app", "inspect": f"inspect {table(tmp_path)}", "study": "study quick",
    }.items():  # fmt: skip
        error = said(programs, tmp_path, "harmony", *words.split(), status=2)
        assert len(error.splitlines()) == 1
        assert f'pip install "harmony[{extra}]"' in error
    error = said(programs, tmp_path, "python", "-c", EMBEDDING, status=1)
    assert 'pip install "harmony[embedding]"' in error.splitlines()[-1]


def test_inspect_reports_on_a_table(installed: Callable[[str], Path], tmp_path: Path) -> None:
    programs = installed("inspect")
    words = ("inspect", str(table(tmp_path)), "--json", "--html", "report.html")
    report = json.loads(said(programs, tmp_path, "harmony", *words))
    assert {row["name"]: row["count"] for row in report["classes"]} == {"common": 180, "rare": 20}
    assert "common" in (tmp_path / "report.html").read_text("utf-8")
    assert 'harmony[app]"' in said(programs, tmp_path, "harmony", "app", status=2)


def test_embedding_maps_a_network(installed: Callable[[str], Path], tmp_path: Path) -> None:
    programs = installed("embedding")
    assert said(programs, tmp_path, "python", "-c", EMBEDDING).split() == ["True"]


def test_study_trains_and_compares(installed: Callable[[str], Path], tmp_path: Path) -> None:
    programs = installed("study")
    (tmp_path / "tiny.yaml").write_text(STUDY, "utf-8")
    words = ("study", "tiny.yaml", "--workers", "1", "--quiet")
    assert "Balanced softmax" in said(programs, tmp_path, "harmony", *words)
    assert 'harmony[inspect]"' in said(programs, tmp_path, "harmony", "inspect", "x", status=2)


@pytest.mark.parametrize("extra", ["app", "all"])
def test_the_app_is_served_from_any_folder(
    installed: Callable[[str], Path], tmp_path: Path, extra: str, browser_path: str | None
) -> None:
    programs = installed(extra)
    folder = tmp_path / "somewhere"
    folder.mkdir()
    for name in ("app.py", "pages.py", "streamlit.py", "harmony_core.py"):
        (folder / name).write_text("raise SystemExit('a file of the folder was run')")
    address = f"http://localhost:{(port := free_port())}"
    log = folder / "server.log"
    with open(log, "wb") as stream:
        server = subprocess.Popen(
            [programs / "harmony", "app", "--port", str(port), "--runs", "kept"],
            cwd=folder, stdout=stream, stderr=stream,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )  # fmt: skip
    try:
        assert answer(server, f"{address}/_stcore/health", log) == "ok"
        page = answer(server, address, log)
        assert '<div id="root">' in page
        assert (
            heading(address, browser_path)
            == "Watch a network learn its rare classes, or forget them"
        )
    finally:
        server.terminate()
        status = server.wait(30)
    text = log.read_text("utf-8")
    assert f"Experiments are kept in {folder / 'kept'}." in text
    assert "solo" in text  # only this machine was served
    assert "was run" not in text
    assert "Traceback" not in text
    assert status in (0, -15)


def heading(address: str, browser_path: str | None) -> str:
    """The heading of the page that a browser draws; skips without one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        page = browser.new_page()
        page.goto(address)
        found = page.locator("h1").first.inner_text(timeout=60_000)
        browser.close()
    return " ".join(str(found).split())


def answer(server: subprocess.Popen[bytes], address: str, log: Path) -> str:
    """What the server answers, once it does."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text("utf-8")
        with suppress(OSError), urllib.request.urlopen(address, timeout=10) as response:
            return str(response.read().decode("utf-8"))
        time.sleep(0.2)
    raise AssertionError(f"{address} did not answer")
