"""However a loop ends, its epochs so far can be read, and the record says how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import harmony_core
from harmony_core.cli import main
from harmony_core.errors import ConfigError, RunError
from harmony_core.experiments.complete import complete
from harmony_core.export import snippet
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

ROOT = Path(__file__).parents[2]
LOOP = """
import os, sys, torch, harmony_core
run = harmony_core.record(sys.argv[1], epochs=5)
for epoch in range(3):
    run.step(torch.randn(8, 3), torch.randint(0, 3, (8,)))
    run.test(torch.randn(9, 3), torch.arange(9) % 3)
    run.epoch()
print(run.id, flush=True)
sys.stdin.read()
"""


def two_epochs(root: Path, error: BaseException | None) -> str:
    run = harmony_core.record(root, epochs=5)
    with run:
        for _ in range(2):
            run.step(torch.zeros(4, 2), torch.tensor([0, 1, 1, 1]))
            run.epoch()
        if error is not None:
            raise error
    return run.id


def test_an_exception_leaves_a_failed_experiment(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        two_epochs(tmp_path, ZeroDivisionError("lr / 0"))
    store = RunStore(tmp_path)
    (record,) = store.list()
    assert (record.state, record.epoch) == ("failed", 2)
    assert "ZeroDivisionError: lr / 0" in record.error
    assert store.epochs(record.id) == [1, 2]
    assert "two_epochs" in (store.folder(record.id) / "traceback.txt").read_text()
    assert not record.resumable


def test_ctrl_c_leaves_a_stopped_experiment(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        two_epochs(tmp_path, KeyboardInterrupt())
    (record,) = RunStore(tmp_path).list()
    assert (record.state, record.epoch) == ("stopped", 2)


def test_fewer_epochs_than_planned_are_an_early_end(tmp_path: Path) -> None:
    run = two_epochs(tmp_path, None)
    record = RunStore(tmp_path).get(run)
    assert (record.state, record.config.epochs) == ("done", 2)


def test_a_killed_loop_leaves_an_interrupted_experiment(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", LOOP, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    run = process.stdout.readline().strip()
    store = RunStore(tmp_path)
    assert store.get(run).state == "running"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    record = store.get(run)
    assert (record.state, record.epoch) == ("interrupted", 3)
    assert "the epochs recorded so far" in record.error.lower()
    assert [len(store.frames(run, 0, epoch)) for epoch in store.epochs(run)] == [1, 1, 1]
    store.scene(run)


def test_a_loop_learns_that_a_stop_was_asked_for(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        assert not run.stop_requested
        RunStore(tmp_path).request_stop(run.id)
        assert run.stop_requested
        run.step(torch.zeros(2, 2), torch.tensor([0, 1]))
        run.epoch()
    assert not RunStore(tmp_path).stop_requested(run.id)


def test_a_recording_cannot_be_trained_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = two_epochs(tmp_path, None)
    store = RunStore(tmp_path)
    config = store.get(run).config
    for attempt in (
        lambda: complete(config),
        lambda: snippet(config, 0),
        lambda: execute(store, run),
    ):
        with pytest.raises(ConfigError, match="recorded from a loop of its own"):
            attempt()
    assert main(["resume", run, "--runs", str(tmp_path)]) == 2
    assert "run the loop again" in capsys.readouterr().err
    assert store.get(run).state == "done"


def test_nobody_deletes_it_while_it_runs(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        with pytest.raises(RunError, match="Stop it first"):
            RunStore(tmp_path).delete(run.id)
        run.step(torch.zeros(2, 2), torch.tensor([0, 1]))
        run.epoch()
    RunStore(tmp_path).delete(run.id)


def test_a_loop_can_go_on_after_an_epoch_that_could_not_be_written(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.step(torch.zeros(4, 2), torch.tensor([0, 1, 1, 1]))
        run.epoch()
        frames = RunStore(tmp_path).folder(run.id) / "repeat-0" / "frames"
        frames.rename(tmp_path / "aside")
        frames.write_text("in the way")
        run.step(torch.zeros(4, 2), torch.tensor([0, 1, 1, 1]))
        with pytest.raises(RunError, match="Free some space"):
            run.epoch()
        frames.unlink()
        (tmp_path / "aside").rename(frames)
        run.step(torch.zeros(4, 2), torch.tensor([0, 1, 1, 1]))
        run.epoch()
    store = RunStore(tmp_path)
    assert store.epochs(run.id) == [1, 3]
    assert store.get(run.id).state == "done"
    assert store.frames(run.id, 0, 3)[0].grad_counts.sum() == 4
