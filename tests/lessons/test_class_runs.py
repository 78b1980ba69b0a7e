"""The runs of a class on disk: in no list, and deleted with the class."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmony_core.config import ExperimentConfig, MethodConfig
from harmony_core.experiments.complete import complete
from harmony_core.lessons.classroom.class_runs import delete_runs
from harmony_core.lessons.classroom.classes import Classroom
from harmony_core.runs.store import RunStore

CONFIG = complete(ExperimentConfig(methods=(MethodConfig("ce"),), epochs=1))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def done(store: RunStore, code: str = "", **changes: str) -> str:
    record = store.create(CONFIG, class_code=code)
    store.save(record.replace(state="done", **changes))
    return record.id


def test_runs_of_a_class_go_with_it_and_no_others(store: RunStore) -> None:
    room = Classroom()
    (code, key), (other, _) = room.open(), room.open()
    mine, theirs, alone = done(store, code), done(store, other), done(store)
    assert store.get(mine).class_code == code
    assert store.listed() == [alone]
    assert delete_runs(store, room, store.request_stop) == 0
    assert len(store.ids()) == 3
    room.end(code, key)
    assert delete_runs(store, room, store.request_stop) == 0
    assert set(store.ids()) == {theirs, alone}


def test_a_run_that_still_trains_is_stopped_first(store: RunStore) -> None:
    room = Classroom()
    code, key = room.open()
    run = store.create(CONFIG, class_code=code).id
    lock = store.lock(run)
    lock.acquire(timeout=0)
    room.end(code, key)
    assert delete_runs(store, room, store.request_stop) == 1
    assert store.stop_requested(run)
    assert store.ids() == [run]
    lock.release()
    assert delete_runs(store, room, store.request_stop) == 0
    assert store.ids() == []


def test_a_class_of_a_server_before_this_one(store: RunStore) -> None:
    """Its runs go when no class can be that old; until then another server may have it."""
    young = done(store, "KITE-MAPLE-07")
    done(store, "KITE-MAPLE-08", created="2020-01-01T00:00:00.000Z")
    delete_runs(store, Classroom(), store.request_stop)
    assert store.ids() == [young]


@pytest.mark.parametrize("left", [b"", None], ids=["emptied", "missing"])
def test_a_run_whose_record_was_lost_still_goes_with_its_class(
    store: RunStore, left: bytes | None
) -> None:
    room = Classroom()
    code, key = room.open()
    run = done(store, code)
    record = store.folder(run) / "record.json"
    if left is None:
        record.unlink()
    else:
        record.write_bytes(left)
    rebuilt = RunStore(store.root).get(run)
    assert (rebuilt.state, rebuilt.class_code) == ("interrupted", code)
    assert store.listed() == []
    room.end(code, key)
    delete_runs(store, room, store.request_stop)
    assert store.ids() == []


def test_a_record_without_a_class_is_as_earlier_versions_wrote_it(store: RunStore) -> None:
    text = (store.folder(done(store)) / "record.json").read_text("utf-8")
    assert "class_code" not in text
