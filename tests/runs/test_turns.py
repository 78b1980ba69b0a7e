"""Owners take turns, and nobody takes a server for himself."""

from __future__ import annotations

import threading

import pytest

from harmony_core.errors import RunError
from harmony_core.quotas import Quotas
from harmony_core.runs import JobQueue, RunStore, worker_process
from harmony_core.runs.turns import Turns

from .conftest import small_config
from .test_jobs import ended, new, wait_for

ANNE, BOB, CLEO = "a" * 32, "b" * 32, "c" * 32


def owned(store: RunStore, owner: str) -> str:
    return store.create(small_config(), owner=owner).id


def test_owners_are_served_in_turn_whoever_came_first() -> None:
    owners = {"a1": ANNE, "a2": ANNE, "a3": ANNE, "b1": BOB, "b2": BOB, "c1": CLEO}
    turns = Turns(owners.__getitem__)
    waiting, begun = list(owners), []
    promised = turns.order(waiting, ())
    while waiting:
        begun.append(turns.next(waiting, ()))
        waiting.remove(begun[-1])
    assert begun == promised == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_trains_already_waits_for_those_who_do_not() -> None:
    owners = {"a1": ANNE, "a2": ANNE, "b1": BOB}
    turns = Turns(owners.__getitem__)
    assert turns.next(["a1", "a2", "b1"], ()) == "a1"
    assert turns.next(["a2", "b1"], {"a1"}) == "b1"
    assert turns.next(["a2"], {"a1", "b1"}) == "a2"


def test_a_visitor_may_have_so_many_waiting_and_others_do_not_mind(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    worker = worker_process.WorkerProcess
    monkeypatch.setattr(worker, "start", lambda self: "")
    monkeypatch.setattr(worker, "train", lambda self, run_id, overdue: never.wait() and "")
    queue = JobQueue(store, quotas=Quotas(waiting_runs=2))
    for _ in range(3):
        queue.submit(owned(store, ANNE))
    with pytest.raises(RunError, match="at most 3 experiments of yours"):
        queue.submit(owned(store, ANNE))
    bobs = owned(store, BOB)
    queue.submit(bobs)
    wait_for(lambda: queue.position(bobs) == 1, "the turn of the other visitor")
    never.set()
    queue.shutdown()


@pytest.mark.slow
@pytest.mark.xdist_group("workers")
def test_a_training_over_its_time_is_stopped_with_a_checkpoint_and_says_so(
    store: RunStore,
) -> None:
    queue = JobQueue(store, quotas=Quotas(wall_minutes=0.05))
    run_id = new(store, long=True)
    queue.submit(run_id)
    wait_for(ended(store, run_id), "the end of its time")
    record = store.get(run_id)
    assert record.state == "stopped"
    assert "the most that one experiment may take" in record.note
    assert record.resumable
    queue.shutdown()
