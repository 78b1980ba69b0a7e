"""What is trained, once and only once, and what becomes of what fails."""

from __future__ import annotations

import csv
import io
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

import harmony_core.training.lockstep
from harmony_core.errors import RunError
from harmony_core.runs import RunStore
from harmony_core.studies.folder import StudyFolder
from harmony_core.studies.results import CellResult
from harmony_core.studies.schedule import PlannedRun

from .small import small_study, train

Usage = namedtuple("Usage", "total used free")


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((path / "table.csv").read_text())))


def states(cells: list[CellResult]) -> list[str]:
    return [cell.state for cell in cells]


def test_every_cell_is_a_row_with_its_figures(tmp_path: Path) -> None:
    cells, runner = train(small_study(), tmp_path)
    assert states(cells) == ["done"] * 4
    assert len(runner.trained) == 2  # the methods of a seed share a run
    found = rows(tmp_path)
    assert [(row["seed"], row["method"]) for row in found] == [
        ("3", "ce"), ("3", "balanced_softmax"), ("4", "ce"), ("4", "balanced_softmax"),
    ]  # fmt: skip
    for row in found:
        assert (row["setting"], row["factor"], row["state"]) == ("clouds", "4", "done")
        assert 0 <= float(row["balanced_accuracy"]) <= 1
        assert float(row["disagreement"]) >= 0
        assert row["hard_part"] == ""
    store = RunStore(tmp_path / "runs")
    assert {row["run"] for row in found} == set(store.ids())
    assert store.epochs(found[0]["run"]) == [0, 2]
    assert store.checkpoint(found[0]["run"], 0) is None


def test_what_the_file_gains_is_trained_and_nothing_else(tmp_path: Path) -> None:
    before, _ = train(small_study(), tmp_path)
    _, again = train(small_study(), tmp_path)
    assert again.trained == []
    after, more = train(
        small_study(methods="balanced_softmax~Renamed, ce, focal", count=3), tmp_path
    )
    assert [(seed, len(labels)) for seed, labels in more.trained] == [(3, 1), (4, 1), (5, 3)]
    assert states(after) == ["done"] * 9
    kept = {cell.run_id for cell in before}
    assert {cell.run_id for cell in after if cell.cell.seed < 5} - kept
    figures = {(c.cell.seed, c.cell.method.loss): c.figures for c in after}
    for cell in before:
        assert figures[cell.cell.seed, cell.cell.method.loss] == pytest.approx(
            cell.figures, abs=0, nan_ok=True
        )


def test_order_does_not_matter(tmp_path: Path) -> None:
    two = "- {data: clouds, factors: [8, 4], params: {n_max: 40, test_per_class: 20}, epochs: 2}"
    at_once, _ = train(small_study(settings=two), tmp_path / "a")
    one = two.replace("[8, 4]", "[4]")
    train(small_study(settings=one, count=1), tmp_path / "b")
    parts, _ = train(small_study(settings=two), tmp_path / "b")
    for cell, same in zip(parts, at_once, strict=True):
        assert cell.figures == pytest.approx(same.figures, abs=0, nan_ok=True)


def test_only_some_settings(tmp_path: Path) -> None:
    settings = (
        "- {data: clouds, factors: [4], params: {n_max: 40, test_per_class: 20}, epochs: 1}\n"
        "  - {data: rings, factors: [4], params: {n_max: 40, test_per_class: 20}, epochs: 1}"
    )
    cells, _ = train(small_study(settings=settings, count=1), tmp_path, only=("rings",))
    assert states(cells) == ["missing", "missing", "done", "done"]


def test_methods_one_by_one_give_the_same_figures_of_their_cells(tmp_path: Path) -> None:
    settings = (
        "- {data: clouds, factors: [4], params: {n_max: 40, test_per_class: 20}, epochs: 2, "
        "together: false}"
    )
    cells, runner = train(small_study(settings=settings), tmp_path)
    assert [len(labels) for _, labels in runner.trained] == [1, 1, 1, 1]
    assert states(cells) == ["done"] * 4


def test_an_interrupted_study_goes_on_with_its_runs(tmp_path: Path) -> None:
    def interrupt(run: PlannedRun) -> None:
        if run.config.seeds.data == 4:
            RunStore(tmp_path / "runs").create(run.config, "begun")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(small_study(), tmp_path, interrupt)
    cells, runner = train(small_study(), tmp_path)
    assert [seed for seed, _ in runner.trained] == [4]
    assert states(cells) == ["done"] * 4
    assert len(RunStore(tmp_path / "runs").ids()) == 2


def test_a_method_that_fails_costs_only_its_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = harmony_core.training.lockstep.build_loss

    def failing(name: str, *arguments: object, **params: object) -> object:
        if name == "focal":
            raise RunError("Expected a loss, but this one is broken.")
        return build(name, *arguments, **params)  # type: ignore[arg-type]

    monkeypatch.setattr(harmony_core.training.lockstep, "build_loss", failing)
    cells, runner = train(small_study(methods="ce, focal", count=1), tmp_path)
    assert states(cells) == ["done", "failed"]
    assert [len(labels) for _, labels in runner.trained] == [2, 1, 1]
    failed = rows(tmp_path)[1]
    assert "this one is broken" in failed["error"]
    assert failed["balanced_accuracy"] == ""
    monkeypatch.setattr(harmony_core.training.lockstep, "build_loss", build)
    cells, again = train(small_study(methods="ce, focal", count=1), tmp_path)
    assert states(cells) == ["done", "done"]
    assert len(again.trained) == 1


def test_a_full_disk_stops_the_study_with_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(run: PlannedRun) -> None:
        if run.config.seeds.data == 4:
            monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, 0))

    with pytest.raises(RunError, match=r"MB free.*same command again"):
        train(small_study(), tmp_path, fill)
    assert [row["state"] for row in rows(tmp_path)] == ["done", "done", "missing", "missing"]
    with pytest.raises(RunError, match="MB free"):
        train(small_study(), tmp_path)
    monkeypatch.undo()
    cells, runner = train(small_study(), tmp_path)
    assert states(cells) == ["done"] * 4
    assert [seed for seed, _ in runner.trained] == [4]


def test_a_study_can_be_moved(tmp_path: Path) -> None:
    train(small_study(), tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    _, runner = train(small_study(), tmp_path / "b")
    assert runner.trained == []


def test_two_cannot_train_one_study(tmp_path: Path) -> None:
    first, second = StudyFolder(tmp_path), StudyFolder(tmp_path)
    with first.training(), pytest.raises(RunError, match="another process"), second.training():
        pass
    with second.training():
        pass


def test_a_damaged_run_is_trained_again(tmp_path: Path) -> None:
    cells, _ = train(small_study(count=1), tmp_path)
    store = RunStore(tmp_path / "runs")
    frames = store.repeat_folder(cells[0].run_id, 0) / "frames" / "00002.npz"
    frames.write_bytes(b"damaged")
    again, runner = train(small_study(count=1), tmp_path)
    assert len(runner.trained) == 1
    assert states(again) == ["done", "done"]
    assert {cell.run_id for cell in again} != {cell.run_id for cell in cells}
