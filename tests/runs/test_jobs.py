"""The queue with real worker processes: they die, are stopped, outlive nobody."""

from __future__ import annotations

import importlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from harmony_core.config import RecordConfig
from harmony_core.errors import RunError
from harmony_core.runs import JobQueue, RunStore, jobs, shared_queue, turns, worker_process
from harmony_core.runs.worker_process import WorkerProcess

from .conftest import small_config

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workers")]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until ``condition``; a generous limit, so that a slow machine is no failure."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def new(store: RunStore, *, long: bool = False) -> str:
    """A new experiment, over in a moment or (``long``) not before it is stopped."""
    epochs = 10_000 if long else 3
    record = RecordConfig(every=1000 if long else 1, grid=8, tracked=10, bins=4)
    return store.create(small_config(epochs=epochs, record=record)).id


def training(store: RunStore, run_id: str) -> Callable[[], bool]:
    def condition() -> bool:
        record = store.get(run_id)
        assert record.active, record.error
        return record.state == "running" and record.epoch > 10

    return condition


def ended(store: RunStore, run_id: str) -> Callable[[], bool]:
    return lambda: not store.get(run_id).active


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def queue(shelf: RunStore) -> Iterator[JobQueue]:
    """Two workers for all tests of this file that leave them alive."""
    queue = JobQueue(shelf, workers=2)
    queue.warm()
    yield queue
    pids = queue.pids()
    queue.shutdown()
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)


def test_experiments_run_to_the_end_in_another_process(queue: JobQueue, shelf: RunStore) -> None:
    first, second = new(shelf), new(shelf)
    queue.submit(first)
    queue.submit(second)
    for run_id in (first, second):
        wait_for(ended(shelf, run_id), "the end")
        assert shelf.get(run_id).state == "done"
        assert shelf.epochs(run_id) == [0, 1, 2, 3]
        wait_for(lambda run_id=run_id: queue.position(run_id) is None, "leaving the queue")  # type: ignore[misc]
        assert not shelf.locked(run_id)
    assert queue.ready()
    with pytest.raises(RunError, match="is done"):
        queue.submit(first)
    assert not shelf.locked(first)


def test_a_killed_worker_costs_one_experiment_which_resumes(
    queue: JobQueue, shelf: RunStore
) -> None:
    first, second, third = new(shelf, long=True), new(shelf, long=True), new(shelf)
    for run_id in (first, second, third):
        queue.submit(run_id)
    wait_for(training(shelf, first), "the first to train")
    wait_for(training(shelf, second), "the second to train")
    assert [queue.position(run_id) for run_id in (first, second, third)] == [0, 0, 1]
    assert shelf.get(third).state == "queued"
    assert shelf.get(third).message == "waiting: 2 before it"

    os.kill(queue.pids()[0], signal.SIGKILL)
    wait_for(
        lambda: not (shelf.get(first).active and shelf.get(second).active),
        "the death to be noticed",
    )
    victim, other = (second, first) if shelf.get(first).active else (first, second)
    dead = shelf.get(victim)
    assert dead.state == "interrupted"
    assert "SIGKILL, often a sign of too little memory. Resume it" in dead.error
    assert shelf.frames(victim, 0, 0)
    kept = shelf.checkpoint(victim, 0)
    assert kept is not None

    wait_for(ended(shelf, third), "the third, in a new worker")
    assert shelf.get(third).state == "done"
    assert shelf.get(other).state == "running"

    queue.submit(victim)
    wait_for(lambda: shelf.get(victim).epoch > dead.epoch + 10, "the victim to go on")
    for run_id in (victim, other):
        queue.stop(run_id)
        wait_for(ended(shelf, run_id), "the stop")
        assert shelf.get(run_id).state == "stopped"
        assert shelf.get(run_id).error == ""
    assert shelf.checkpoint(victim, 0) != kept


def test_stopping_what_waits_takes_it_out_at_once(queue: JobQueue, shelf: RunStore) -> None:
    busy = [new(shelf, long=True) for _ in range(2)]
    waiting, last = new(shelf), new(shelf)
    for run_id in (*busy, waiting, last):
        queue.submit(run_id)
    wait_for(lambda: all(queue.position(run_id) == 0 for run_id in busy), "both workers")
    assert [queue.position(waiting), queue.position(last)] == [1, 2]
    queue.submit(last)  # already there
    assert queue.position(last) == 2
    queue.stop(waiting)
    assert shelf.get(waiting).state == "stopped"
    assert not shelf.locked(waiting)
    assert [queue.position(waiting), queue.position(last)] == [None, 1]
    assert shelf.get(last).message == "waiting: 2 before it"
    queue.stop(last)
    for run_id in busy:
        wait_for(training(shelf, run_id), "training")
        shelf.request_stop(run_id)  # as another process would
        wait_for(ended(shelf, run_id), "the stop")
        assert shelf.get(run_id).state == "stopped"


def test_a_worker_that_died_idle_costs_nothing(queue: JobQueue, shelf: RunStore) -> None:
    wait_for(queue.ready, "a warm worker")
    wait_for(
        lambda: all(queue.position(record.id) is None for record in shelf.list()), "an idle queue"
    )
    pids = queue.pids()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(alive(pid) for pid in pids), "the workers to die")
    run_id = new(shelf)
    queue.submit(run_id)
    wait_for(ended(shelf, run_id), "the end")
    assert shelf.get(run_id).state == "done", shelf.get(run_id).error


def test_a_failure_is_told_by_the_record_and_the_worker_lives_on(
    queue: JobQueue, shelf: RunStore
) -> None:
    run_id = new(shelf)
    shelf.save(shelf.get(run_id).replace(config=small_config(device="cuda")))
    queue.submit(run_id)
    wait_for(ended(shelf, run_id), "the end")
    failed = shelf.get(run_id)
    if failed.state == "done":
        pytest.skip("this machine has a GPU")
    assert failed.state == "failed"
    assert "CUDA" in failed.error
    again = new(shelf)
    queue.submit(again)
    wait_for(ended(shelf, again), "the end")
    assert shelf.get(again).state == "done"


def test_resuming_what_is_just_being_stopped_is_not_lost(
    queue: JobQueue, shelf: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_return = threading.Event()
    train = WorkerProcess.train

    def train_and_wait(worker: WorkerProcess, run_id: str, overdue: Callable[[], bool]) -> str:
        failure = train(worker, run_id, overdue)
        may_return.wait(PATIENCE)
        return failure

    monkeypatch.setattr(WorkerProcess, "train", train_and_wait)
    run_id = new(shelf, long=True)
    queue.submit(run_id)
    wait_for(training(shelf, run_id), "training")
    queue.stop(run_id)
    wait_for(lambda: shelf.get(run_id).state == "stopped", "the stop")
    epoch = shelf.get(run_id).epoch
    queue.submit(run_id)  # the worker has stopped, the queue has not heard of it yet
    may_return.set()
    wait_for(lambda: shelf.get(run_id).epoch > epoch, "going on")
    queue.stop(run_id)
    wait_for(lambda: queue.position(run_id) is None, "the end")
    assert shelf.get(run_id).state == "stopped"


def test_what_another_process_runs_is_refused(queue: JobQueue, shelf: RunStore) -> None:
    run_id = new(shelf)
    with shelf.running(run_id), pytest.raises(RunError, match="waiting or running"):
        queue.submit(run_id)


def test_shutdown_leaves_no_process_and_everything_resumable(store: RunStore) -> None:
    queue = JobQueue(store, workers=1)
    run_id, waiting = new(store, long=True), new(store)
    queue.submit(run_id)
    queue.submit(waiting)
    wait_for(training(store, run_id), "training")
    (pid,) = queue.pids()
    queue.shutdown()
    assert not alive(pid)
    for each in (run_id, waiting):
        record = store.get(each)
        assert record.state == "interrupted"
        assert "shut down" in record.error
        assert not store.locked(each)
    with pytest.raises(RunError, match="shut down"):
        queue.submit(run_id)
    queue.shutdown()


def test_a_patient_shutdown_loses_no_epoch(store: RunStore) -> None:
    queue = JobQueue(store, workers=1)
    run_id = new(store, long=True)
    queue.submit(run_id)
    wait_for(training(store, run_id), "training")
    queue.shutdown(patience=PATIENCE)
    record = store.get(run_id)
    assert record.state == "interrupted"
    assert "shut down" in record.error
    content = store.checkpoint(run_id, 0)
    assert content is not None
    assert torch.load(io.BytesIO(content), weights_only=True)["epoch"] == record.epoch


def test_what_was_stopped_before_a_patient_shutdown_stays_stopped(store: RunStore) -> None:
    queue = JobQueue(store, workers=1)
    run_id = new(store, long=True)
    queue.submit(run_id)
    wait_for(training(store, run_id), "training")
    queue.stop(run_id)
    queue.shutdown(patience=PATIENCE)
    record = store.get(run_id)
    assert (record.state, record.error) == ("stopped", "")


SERVER = """
import sys, time
from harmony_core.runs import JobQueue, RunStore
# There is no guard: a worker that imported this script would start over and over.
print("server", flush=True)
queue = JobQueue(RunStore(sys.argv[1]))
queue.submit(sys.argv[2])
while queue.store.get(sys.argv[2]).epoch < 11:
    time.sleep(0.02)
print(queue.pids()[0], flush=True)
time.sleep(1000)
"""


def test_no_worker_outlives_a_server_that_is_killed(store: RunStore, tmp_path: Path) -> None:
    run_id = new(store, long=True)
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, str(script), str(store.root), run_id],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "server\n"
        pid = int(server.stdout.readline())
        assert alive(pid)
        assert store.get(run_id).state == "running"
        server.kill()
        server.wait()
        wait_for(lambda: not alive(pid), "the worker to leave")
        assert server.stdout.read() == ""
    wait_for(ended(store, run_id), "the lock to be free")
    record = store.get(run_id)
    assert record.state == "interrupted"
    assert "Resume it" in record.error


def test_there_is_one_queue_for_a_folder_even_after_a_reload(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = shared_queue(store)
    assert shared_queue(RunStore(store.root)) is queue
    assert importlib.reload(jobs).shared_queue(store) is queue
    monkeypatch.setenv("HARMONY_WORKERS", "3")
    other = shared_queue(RunStore(tmp_path / "other"))
    assert other is not queue
    assert other.workers == 3
    monkeypatch.setenv("HARMONY_WORKERS", "many")
    with pytest.raises(RunError, match="HARMONY_WORKERS.*'many'"):
        shared_queue(RunStore(tmp_path / "third"))


def test_who_asked_the_shared_queue_is_told_of_each_end(store: RunStore) -> None:
    told: list[str] = []
    run_id = new(store)
    shared_queue(store, None, told.append).submit(run_id)
    wait_for(lambda: told == [run_id], "the end")
    assert store.get(run_id).state == "done"


def test_a_frozen_worker_is_ended_and_the_experiment_can_be_resumed(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = JobQueue(store)
    run_id = new(store, long=True)
    queue.submit(run_id)
    wait_for(training(store, run_id), "the training")
    (frozen,) = queue.pids()
    monkeypatch.setattr(worker_process, "SECONDS_OF_SILENCE", 3.0)
    os.kill(frozen, signal.SIGSTOP)
    wait_for(ended(store, run_id), "the end of the frozen worker")
    record = store.get(run_id)
    assert record.state == "interrupted"
    assert "sign of life" in record.error
    assert not alive(frozen)
    monkeypatch.undo()
    queue.submit(run_id)
    wait_for(training(store, run_id), "the training by another worker")
    queue.shutdown()


def test_a_stop_that_the_worker_does_not_act_on_ends_it(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = JobQueue(store)
    run_id = new(store, long=True)
    queue.submit(run_id)
    wait_for(training(store, run_id), "the training")
    (frozen,) = queue.pids()
    monkeypatch.setattr(turns, "SECONDS_TO_STOP", 1.0)
    os.kill(frozen, signal.SIGSTOP)
    queue.stop(run_id)
    wait_for(ended(store, run_id), "the stop")
    record = store.get(run_id)
    assert (record.state, record.error, record.resumable) == ("stopped", "", True)
    assert not alive(frozen)
    queue.shutdown()
