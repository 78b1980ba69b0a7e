"""An uploaded table of 1,000 classes through the command line: trained, recorded and exported."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from harmony_core.cli import main
from harmony_core.experiments.price import price
from harmony_core.export import write_tables
from harmony_core.quotas import MB
from harmony_core.runs import RunStore
from harmony_core.top_logits import ONLY_TOP

C = 1_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStore, str]:
    folder = tmp_path_factory.mktemp("many")
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(C), np.maximum(40 * (1 + np.arange(C)) ** -0.6, 4).astype(int))
    inputs = rng.normal(size=(C, 5))[targets] + 0.2 * rng.normal(size=(len(targets), 5))
    source = folder / "many.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*"abcde", "label"])
        for row, label in zip(inputs.round(4).tolist(), targets, strict=True):
            writer.writerow([*row, f"class {label:04d}"])
    runs = folder / "runs"
    arguments = ["run", "--data", "table", "--data-param", f"source={source}", "--quiet"]
    arguments += ["--methods", "ce,harmonized", "--epochs", "1", "--device", "cpu"]
    assert main([*arguments, "--runs", str(runs)]) == 0
    store = RunStore(runs)
    return store, store.ids()[0]


def test_results_and_tables_hold_every_class(run: tuple[RunStore, str], tmp_path: Path) -> None:
    store, run_id = run
    record = store.get(run_id)
    frames = store.frames(run_id, 0, 1)
    scene = store.scene(run_id, 0)
    assert len(scene.class_names) == C
    assert any(ONLY_TOP in note for note in scene.notes)
    write_tables(store, record, tmp_path)
    with (tmp_path / "classes.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["epoch"] == "1"]
    assert len(rows) == 2 * C
    assert sum(int(row["test_count"]) for row in rows[:C]) == frames[0].tested.sum()
    recall = np.array([float(row["recall"] or "nan") for row in rows[:C]])
    assert np.nanmean(recall) == pytest.approx(frames[0].balanced_accuracy, abs=1e-5)
    with (tmp_path / "histograms.csv").open(encoding="utf-8", newline="") as file:
        counted = sum(int(row["count"]) for row in csv.DictReader(file) if row["epoch"] == "1")
    assert counted == 2 * scene.train_counts.sum()


def test_the_command_line_shows_it(
    run: tuple[RunStore, str], capsys: pytest.CaptureFixture[str]
) -> None:
    store, run_id = run
    assert main(["show", run_id, "--json", "--runs", str(store.root)]) == 0
    document = json.loads(capsys.readouterr().out)
    frames = store.frames(run_id, 0, 1)
    assert document["methods"][1]["balanced_accuracy"]["mean"] == pytest.approx(
        frames[1].balanced_accuracy
    )


def test_its_disk_is_priced_as_it_is_used(run: tuple[RunStore, str]) -> None:
    store, run_id = run
    config = store.get(run_id).config
    scene = store.scene(run_id, 0)
    frames = store.repeat_folder(run_id, 0) / "frames"
    used = sum(path.stat().st_size for path in frames.iterdir()) / MB
    found = price(config, int(scene.train_counts.sum()), classes=C).disk_mb
    assert 0.5 < found / used < 2
