"""Worker processes: a killed one costs its run a second try, and Ctrl-C stops with checkpoints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.processes import PACKAGES
from harmony_core.runs import RunStore
from harmony_core.studies.folder import StudyFolder
from harmony_core.studies.local import LocalRunner
from harmony_core.studies.train import StudyTraining

from .small import small_study, study_text

pytestmark = pytest.mark.slow

SETTING = "- {data: clouds, factors: [4], params: {n_max: 200, test_per_class: 20}, epochs: %d}"


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.05)


def training(store: RunStore) -> bool:
    return any(r.state == "running" and r.epoch > 0 for r in store.list())


def start(
    path: Path, *, workers: int, epochs: int, count: int
) -> tuple[StudyTraining, LocalRunner]:
    folder = StudyFolder(path)
    folder.make()
    study = small_study(settings=SETTING % epochs, count=count)
    return StudyTraining(study, folder, {}), LocalRunner(folder.store, workers)


def test_two_workers_train_all_cells(tmp_path: Path) -> None:
    study, runner = start(tmp_path, workers=2, epochs=2, count=3)
    cells = study.train(runner)
    assert [cell.state for cell in cells] == ["done"] * 6
    assert len(RunStore(tmp_path / "runs").ids()) == 3


def test_a_killed_worker_costs_its_run_a_second_try_and_no_cell(tmp_path: Path) -> None:
    study, runner = start(tmp_path, workers=1, epochs=200, count=1)
    store = RunStore(tmp_path / "runs")

    def kill() -> None:
        wait_until(lambda: training(store))
        os.kill(runner.pids()[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    cells = study.train(runner)
    killer.join()
    assert [cell.state for cell in cells] == ["done", "done"]
    assert len(store.ids()) == 1


def test_a_run_whose_worker_dies_twice_is_marked_failed(tmp_path: Path) -> None:
    study, runner = start(tmp_path, workers=1, epochs=10_000, count=1)
    store = RunStore(tmp_path / "runs")

    def kill_twice() -> None:
        killed: list[int] = []
        while len(killed) < 2:
            wait_until(lambda: training(store) and runner.pids()[0] not in killed)
            killed.append(runner.pids()[0])
            os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_twice)
    killer.start()
    cells = study.train(runner)
    killer.join()
    assert [cell.state for cell in cells] == ["failed", "failed"]
    assert "SIGKILL" in cells[0].error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_and_the_same_command_goes_on(
    tmp_path: Path, runs_folder: Path, number: signal.Signals
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(study_text(settings=SETTING % 600, count=2))
    command = [sys.executable, "-m", "harmony_core", "study", str(file), "--workers", "1"]
    store = RunStore(runs_folder / "studies" / "mine" / "runs")
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": PACKAGES},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    wait_until(lambda: training(store))
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "0 of 4 cells done" in errors
    assert "same command" in errors
    (record,) = store.list()
    assert record.state == "stopped"
    assert store.checkpoint(record.id, 0) is not None

    if number == signal.SIGTERM:
        return
    shorter = small_study(settings=SETTING % 600, count=1)
    study = StudyTraining(shorter, StudyFolder(store.root.parent), {})
    runner = LocalRunner(store, 1)
    assert [cell.state for cell in study.train(runner)] == ["done", "done"]
    assert store.ids() == [record.id]
