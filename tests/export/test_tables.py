"""Tables of an experiment: what the frames hold, line by line, and safe to open."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.errors import RunError
from harmony_core.export import write_tables
from harmony_core.export.tables import TABLES
from harmony_core.runs import RunStore
from tests.export.conftest import Experiment

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def tables(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    store, run_id = experiment
    folder = tmp_path_factory.mktemp("tables")
    assert write_tables(store, store.get(run_id), folder) == [f"{name}.csv" for name in TABLES]
    found = {}
    for name in TABLES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def of(rows: Rows, repeat: int, epoch: int, method: str) -> Rows:
    wanted = (str(repeat), str(epoch), method)
    return [row for row in rows if (row["repeat"], row["epoch"], row["method"]) == wanted]


def test_there_is_a_line_for_everything(tables: dict[str, Rows]) -> None:
    frames = 2 * 7 * 3  # repeats, epochs with the initial weights, methods
    assert len(tables["metrics"]) == frames
    assert len(tables["classes"]) == frames * 3
    assert len(tables["samples"]) == frames * 20
    assert {row["method"] for row in tables["densities"]} == {
        "Harmonized warmup=1", "Gradient harmonizing mechanism",
    } or len({row["method"] for row in tables["densities"]}) == 2  # fmt: skip


def test_numbers_are_those_of_the_frames(experiment: Experiment, tables: dict[str, Rows]) -> None:
    store, run_id = experiment
    frame, scene = store.frames(run_id, 1, 6)[1], store.scene(run_id, 1)
    label = next(row["method"] for row in tables["metrics"] if row["method"].startswith("Harm"))
    classes = of(tables["classes"], 1, 6, label)
    assert [int(row["train_count"]) for row in classes] == scene.train_counts.tolist()
    assert [float(row["recall"]) for row in classes] == pytest.approx(frame.recall, rel=1e-5)
    effective = frame.grad_weights.sum(axis=1) ** 2 / frame.weight_square
    assert [float(row["effective_samples"]) for row in classes] == pytest.approx(
        effective, rel=1e-5
    )
    samples = of(tables["samples"], 1, 6, label)
    assert [int(row["row"]) for row in samples] == scene.tracked_index.tolist()
    assert [float(row["weight"]) for row in samples] == pytest.approx(
        frame.tracked_weight, rel=1e-5
    )
    counts = np.zeros((3, 10))
    for row in of(tables["histograms"], 1, 6, label):
        counts["ABC".index(row["class"]), round(float(row["low"]) * 10)] += float(row["count"])
    assert counts.tolist() == frame.grad_counts.tolist()
    density = [float(row["density"]) for row in of(tables["densities"], 1, 6, label)]
    assert frame.density is not None
    assert frame.regions is not None
    expected = [frame.density[c, b] for c in range(3) for b in range(frame.regions[c])]
    assert density == pytest.approx(expected, rel=1e-5)


def test_no_cell_is_a_formula(experiment: Experiment, tmp_path: Path) -> None:
    store, run_id = experiment
    other = RunStore(tmp_path / "runs")
    record = other.create(store.get(run_id).config)
    names = ("=cmd|' /C calc'!A0", "+1", " @sum(A1)")
    other.save_scene(record.id, 0, replace(store.scene(run_id), class_names=names))
    other.save_frames(record.id, 0, 6, store.frames(run_id, 0, 6))
    write_tables(other, record, tmp_path / "out")
    for name in TABLES:
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert cell.lstrip()[:1] not in ("=", "+", "@", "\t")
                    assert cell[:1] != "-" or float(cell) < 0


def test_a_zip_holds_the_same(
    experiment: Experiment, tables: dict[str, Rows], tmp_path: Path
) -> None:
    store, run_id = experiment
    write_tables(store, store.get(run_id), tmp_path / "new" / "all.zip")
    with zipfile.ZipFile(tmp_path / "new" / "all.zip") as archive:
        assert archive.namelist() == [f"{name}.csv" for name in TABLES]
        text = archive.read("samples.csv").decode()
    assert list(csv.DictReader(io.StringIO(text))) == tables["samples"]


def test_nothing_to_write_or_nowhere_to_is_said(experiment: Experiment, tmp_path: Path) -> None:
    store, run_id = experiment
    empty = RunStore(tmp_path / "runs")
    with pytest.raises(RunError, match="has not"):
        write_tables(empty, empty.create(store.get(run_id).config), tmp_path / "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="Name another file or folder"):
        write_tables(store, store.get(run_id), tmp_path / "file" / "x")
