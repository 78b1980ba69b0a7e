"""Running an experiment: to the end, stopped, resumed, failed; the record tells which and why."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from harmony_core.config import DataConfig, MethodConfig, RecordConfig
from harmony_core.errors import DataError, RunError
from harmony_core.frames import Frame
from harmony_core.runs import ExperimentRecord, RunStore
from harmony_core.runs import execute as module
from harmony_core.runs.execute import execute
from harmony_core.runs.ranks import Ranks

from .conftest import FakeEngine, FakeLockstep, small_config


def assert_same_frames(store: RunStore, a: str, b: str, repeat: int = 0) -> None:
    """Both experiments kept the same epochs and, to the bit, the same frames."""
    assert store.epochs(a, repeat) == store.epochs(b, repeat)
    for epoch in store.epochs(a, repeat):
        pairs = zip(store.frames(a, repeat, epoch), store.frames(b, repeat, epoch), strict=True)
        for one, other in pairs:
            for item in fields(Frame):
                np.testing.assert_array_equal(getattr(one, item.name), getattr(other, item.name))


def stop_at(store: RunStore, epoch: int, repeat: int = 0) -> Callable[..., None]:
    """An ``on_progress`` that asks for a stop once ``epoch`` of ``repeat`` is finished."""

    def watch(record: ExperimentRecord, _frames: list[Frame]) -> None:
        if (record.repeat, record.epoch) == (repeat, epoch) and record.state == "running":
            store.request_stop(record.id)

    return watch


def interrupt_at(epoch: int, repeat: int = 0) -> Callable[..., None]:
    """An ``on_progress`` that presses Ctrl-C once the frames of ``epoch`` are written."""

    def watch(record: ExperimentRecord, frames: list[Frame]) -> None:
        if frames and (record.repeat, record.epoch) == (repeat, epoch):
            raise KeyboardInterrupt

    return watch


def test_a_real_training_leaves_all_there_is_to_see(store: RunStore) -> None:
    record = store.create(small_config(epochs=2, repeats=2))
    told: list[tuple[int, int, int]] = []
    done = execute(store, record.id, lambda r, f: told.append((r.repeat, r.epoch, len(f))))
    assert done == store.get(record.id)
    assert (done.state, done.repeat, done.epoch, done.error, done.message) == (
        "done", 1, 2, "", "",
    )  # fmt: skip
    assert done.started
    assert done.finished >= done.started
    assert done.device.startswith("CPU")
    for repeat in (0, 1):
        assert store.epochs(record.id, repeat) == [0, 1, 2]
        assert len(store.frames(record.id, repeat, 2)) == 2
        assert store.scene(record.id, repeat).class_names
        assert store.checkpoint(record.id, repeat)
    assert [told.count((0, epoch, 2)) for epoch in (0, 1, 2)] == [1, 1, 1]
    assert not store.stop_requested(record.id)


def test_a_real_training_that_was_stopped_goes_on_as_if_it_had_not(store: RunStore) -> None:
    whole, cut = (store.create(small_config(epochs=4)).id for _ in range(2))
    execute(store, whole)
    assert execute(store, cut, stop_at(store, 2)).state == "stopped"
    assert store.get(cut).epoch < 4
    assert execute(store, cut).state == "done"
    assert_same_frames(store, whole, cut)


@pytest.mark.parametrize(("epoch", "repeat"), [(0, 0), (3, 0), (7, 0), (12, 0), (0, 1), (6, 1)])
def test_any_interruption_goes_on_from_the_last_checkpoint(
    store: RunStore, engine: FakeEngine, epoch: int, repeat: int
) -> None:
    whole, cut = (store.create(small_config(epochs=12, repeats=2)).id for _ in range(2))
    execute(store, whole)
    stopped = execute(store, cut, interrupt_at(epoch, repeat))
    assert stopped.state == "stopped"
    assert (stopped.repeat, stopped.epoch) == (repeat, epoch)
    engine.built.clear()
    assert execute(store, cut).state == "done"
    assert engine.built[0] == repeat
    for r in (0, 1):
        assert_same_frames(store, whole, cut, r)


def test_frames_that_will_be_trained_again_are_gone_at_once(
    store: RunStore, engine: FakeEngine
) -> None:
    run_id = store.create(small_config(epochs=12)).id
    execute(store, run_id, interrupt_at(8))
    assert store.epochs(run_id)[-1] == 8
    seen: list[int] = []

    def watch(record: ExperimentRecord, frames: list[Frame]) -> None:
        if record.message == "training" and not seen:
            seen.extend(store.epochs(run_id))

    execute(store, run_id, watch)
    assert seen == list(range(6))  # the checkpoint was that of epoch 5


def test_a_stop_need_not_wait_for_the_end_of_a_long_epoch(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONG_EPOCH_SECONDS", -1.0)
    monkeypatch.setattr("harmony_core.runs.reporter.SECONDS_BETWEEN_STOP_CHECKS", 0.0)
    run_id = store.create(small_config(epochs=12)).id
    engine.steps = 10
    steps: list[tuple[int, int]] = []

    def on_step(epoch: int, step: int) -> None:
        steps.append((epoch, step))
        if (epoch, step) == (7, 4):
            store.request_stop(run_id)

    engine.on_step = on_step
    stopped = execute(store, run_id)
    assert (stopped.state, stopped.epoch) == ("stopped", 7)
    assert steps[-1] == (7, 4)
    engine.on_step = lambda epoch, step: None
    whole = store.create(small_config(epochs=12)).id
    execute(store, whole)
    assert execute(store, run_id).state == "done"
    assert_same_frames(store, whole, run_id)


def test_a_stop_asked_for_before_it_begins_trains_nothing(
    store: RunStore, engine: FakeEngine
) -> None:
    run_id = store.create(small_config()).id
    store.request_stop(run_id)
    assert execute(store, run_id).state == "stopped"
    assert engine.built == []
    assert not store.stop_requested(run_id)


def test_only_recorded_epochs_have_frames(store: RunStore, engine: FakeEngine) -> None:
    config = small_config(epochs=7, record=RecordConfig(every=3))
    run_id = store.create(config).id
    assert execute(store, run_id).epoch == 7
    assert store.epochs(run_id) == [0, 3, 6, 7]


def raiser(error: BaseException) -> Callable[[int, int], NoReturn]:
    def on_step(epoch: int, step: int) -> NoReturn:
        raise error

    return on_step


class OutOfMemoryError(RuntimeError):
    """Named as PyTorch's."""


@pytest.mark.parametrize(
    ("error", "message", "traced"),
    [
        (DataError("Expected A, but got B. Do C."), "^Expected A, but got B. Do C.$", False),
        (ZeroDivisionError("odd\nthing"), "ZeroDivisionError: odd thing.*traceback.txt", True),
        (MemoryError(), "fit into memory.*smaller model", True),
        (OutOfMemoryError("CUDA out of memory. Tried"), "fit into the GPU's memory", True),
        (RuntimeError("[x] DefaultCPUAllocator: can't allocate memory"), "fit into memory", True),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left.*Free some", True),
    ],
)
def test_a_failure_is_one_sentence_and_can_be_tried_again(
    store: RunStore, engine: FakeEngine, error: Exception, message: str, traced: bool
) -> None:
    run_id = store.create(small_config()).id
    engine.on_step = raiser(error)
    failed = execute(store, run_id)
    assert failed.state == "failed"
    assert failed == store.get(run_id)
    assert failed.finished
    assert "\n" not in failed.error
    assert re.search(message, failed.error)
    report = store.root / run_id / "traceback.txt"
    assert report.exists() == traced
    if traced:
        assert f"{type(error).__name__}" in report.read_text()
        assert "on_step" in report.read_text()
    engine.on_step = lambda epoch, step: None
    again = execute(store, run_id)
    assert (again.state, again.error) == ("done", "")


def test_a_disk_that_fills_up_is_said_in_the_record(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.create(small_config()).id
    real = os.replace

    def full(source: Any, target: Any) -> None:
        if Path(target).name == "00002.npz":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        failed = execute(store, run_id)
    assert failed == store.get(run_id)
    assert failed.state == "failed"
    assert "00002.npz" in failed.error
    assert "No space left on device. Free some space" in failed.error
    assert execute(store, run_id).state == "done"


def test_a_disk_with_no_room_even_for_the_record_still_ends(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.create(small_config()).id

    def full(source: Any, target: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        failed = execute(store, run_id)
    assert failed.state == "failed"
    assert "No space left" in failed.error
    assert store.get(run_id).state == "interrupted"
    assert execute(store, run_id).state == "done"


def test_too_little_room_is_said_before_training(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.create(small_config()).id
    monkeypatch.setattr(RunStore, "free_bytes", lambda self: 5 * 2**20)
    failed = execute(store, run_id)
    assert failed.state == "failed"
    assert "at least 64 MB free" in failed.error
    assert "5.0 MB" in failed.error
    assert engine.built == []


def test_a_damaged_checkpoint_costs_time_only(store: RunStore, engine: FakeEngine) -> None:
    whole, cut = (store.create(small_config(epochs=12)).id for _ in range(2))
    execute(store, whole)
    execute(store, cut, interrupt_at(8))
    (store.repeat_folder(cut, 0) / "checkpoint.pt").write_bytes(b"\x00garbage")
    assert execute(store, cut).state == "done"
    assert_same_frames(store, whole, cut)


def test_a_damaged_real_checkpoint_costs_time_only(store: RunStore) -> None:
    run_id = store.create(small_config(epochs=3)).id
    execute(store, run_id, stop_at(store, 1))
    (store.repeat_folder(run_id, 0) / "checkpoint.pt").write_bytes(b"\x80garbage")
    assert execute(store, run_id).state == "done"
    assert store.epochs(run_id) == [0, 1, 2, 3]


def test_what_cannot_begin_is_refused(store: RunStore, engine: FakeEngine) -> None:
    run_id = store.create(small_config()).id
    with store.running(run_id), pytest.raises(RunError, match="waiting or running"):
        execute(store, run_id)
    execute(store, run_id)
    with pytest.raises(RunError, match="is done. Start a new one"):
        execute(store, run_id)
    with pytest.raises(RunError, match="found none"):
        execute(store, "nothing")


def test_an_unknown_name_fails_with_the_known_ones(store: RunStore, engine: FakeEngine) -> None:
    config = replace(small_config(), methods=(MethodConfig("nonsense"),))
    failed = execute(store, store.create(config).id)
    assert failed.state == "failed"
    assert "balanced_softmax" in failed.error


def test_the_record_holds_the_completed_config(store: RunStore, engine: FakeEngine) -> None:
    config = replace(small_config(), data=DataConfig("clouds"), methods=(MethodConfig("focal"),))
    done = execute(store, store.create(config).id)
    assert done.config.methods[0].params == {"gamma": 2.0}
    assert "spread" in done.config.data.params


def test_a_long_download_is_told_but_not_too_often_and_can_be_stopped(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import harmony_core.data

    run_id = store.create(small_config()).id
    told: list[str] = []
    calls = 0

    def slow(config: object, seed: int, progress: Callable[[str, float | None], None]) -> None:
        nonlocal calls
        for calls in range(100_000):
            progress("downloading CIFAR-10 …", calls / 100_000)
            if calls == 34_500:
                monkeypatch.setattr("harmony_core.runs.reporter.SECONDS_BETWEEN_STOP_CHECKS", 0.0)
                monkeypatch.setattr("harmony_core.runs.reporter.SECONDS_BETWEEN_MESSAGES", 0.0)
            if calls == 34_600:
                store.request_stop(run_id)

    monkeypatch.setattr(harmony_core.data, "build_dataset", slow)
    stopped = execute(store, run_id, lambda record, _: told.append(record.message))
    assert stopped.state == "stopped"
    assert calls == 34_601
    assert "downloading CIFAR-10 … 35 %" in told
    assert len(told) < 1000
    assert engine.built == []


def test_the_record_says_how_steps_are_started_on_a_gpu(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeLockstep, "stepping", "CUDA graphs")
    record = execute(store, store.create(small_config(epochs=3)).id)
    assert record.device.endswith("; CUDA graphs")
    assert record.device.count(";") == 1


def test_threads_are_given_back(store: RunStore, engine: FakeEngine) -> None:
    import torch

    before = torch.get_num_threads()
    seen: list[int] = []
    engine.on_step = lambda epoch, step: seen.append(torch.get_num_threads())
    try:
        torch.set_num_threads(2)
        execute(store, store.create(small_config()).id)
        assert set(seen) == {1}  # a small perceptron trains fastest on one
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_what_differs_from_one_process_is_noted_once(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeLockstep, "remark", "Batch norms differ.")
    run_id = store.create(small_config(epochs=4, repeats=2)).id
    assert execute(store, run_id, stop_at(store, 2)).state == "stopped"
    assert execute(store, run_id).note == "Batch norms differ."


class LosingRanks(Ranks):
    """Two processes, of which one is gone when the others are told something."""

    def __init__(self) -> None:
        super().__init__(0, 2)

    def broadcast(self, value: object) -> Any:
        return value

    def on_every_rank(self, work: Callable[[], object]) -> NoReturn:
        raise RuntimeError("[pair.cc:547] Connection closed by peer [127.0.0.1]:41")


def test_a_process_that_is_gone_leaves_an_experiment_to_resume(
    store: RunStore, engine: FakeEngine
) -> None:
    run_id = store.create(small_config(epochs=2)).id
    lost = execute(store, run_id, ranks=LosingRanks())
    assert lost == store.get(run_id)
    assert (lost.state, lost.resumable) == ("interrupted", True)
    assert "Resume the experiment, with any number of processes" in lost.error
    assert not (store.folder(run_id) / "traceback.txt").exists()
    assert execute(store, run_id).state == "done"
