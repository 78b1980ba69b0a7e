"""The bin: back from it, out of it after a week, and what goes with an experiment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data.cache import cache_root
from harmony_core.data.uploads import upload_path
from harmony_core.errors import DataError, RunError
from harmony_core.runs.store import RunStore
from harmony_core.serving.access import Access
from harmony_core.serving.bin import KEPT, Bin
from harmony_core.serving.owners import Visitor, visitor_of
from harmony_core.serving.upload_owners import keep_upload

from .conftest import IdleQueue

ANNA, BEN = (Visitor(visitor_of(token), shared=True) for token in ("anna", "ben"))
SOLO = Visitor("solo", shared=False)


@pytest.fixture(autouse=True)
def ample_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunStore, "free_bytes", lambda self: 2**40)


def enter(store: RunStore, visitor: Visitor) -> Access:
    return Access(store, IdleQueue, visitor)


def test_a_deleted_experiment_comes_back_whole(store: RunStore) -> None:
    anna = enter(store, ANNA)
    run = anna.start(ExperimentConfig(), "For Tuesday").id
    anna.delete(run)
    assert store.ids() == []
    assert [one.id for one in anna.deleted()] == [run]
    anna.restore(run)
    assert anna.deleted() == []
    assert store.get(run).title == "For Tuesday"
    assert store.owner(run) == ANNA.id


def test_the_bin_is_the_visitors_own(store: RunStore) -> None:
    anna, ben = enter(store, ANNA), enter(store, BEN)
    run = anna.start(ExperimentConfig()).id
    anna.delete(run)
    assert ben.deleted() == []
    for change in (ben.restore, ben.remove):
        with pytest.raises(RunError, match="of your own"):
            change(run)
    assert [one.id for one in enter(store, SOLO).deleted()] == [run]


def test_a_running_experiment_is_not_deleted(store: RunStore) -> None:
    anna = enter(store, ANNA)
    run = anna.start(ExperimentConfig()).id
    with store.running(run), pytest.raises(RunError, match="Stop it first"):
        anna.delete(run)
    assert store.ids() == [run]


def test_what_is_deleted_is_kept_for_a_week(store: RunStore) -> None:
    old, new = (store.create(ExperimentConfig()).id for _ in range(2))
    kept = Bin(store)
    for run in (old, new):
        kept.put(run)
    deleted = {one.id: one.since for one in kept.list()}
    os.utime(store.root / ".bin" / old, (0, deleted[old] - 1.0))
    kept.sweep(deleted[new] + KEPT - 0.5)
    assert [one.id for one in kept.list()] == [new]


def test_a_full_disk_empties_the_bin(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (store.create(ExperimentConfig()).id for _ in range(2))
    kept = Bin(store)
    for run in (old, new):
        kept.put(run)
    os.utime(store.root / ".bin" / old, (0, kept.list()[0].since - 1.0))
    free = iter([0, 2**40])
    monkeypatch.setattr(RunStore, "free_bytes", lambda self: next(free))
    kept.sweep()
    assert [one.id for one in kept.list()] == [new]


def decoded(source: str) -> Path:
    file = cache_root() / "images" / f"{source.removeprefix('upload:')}-32-1.npz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"")
    return file


def test_an_upload_goes_with_the_last_experiment_that_names_it(store: RunStore) -> None:
    anna = enter(store, ANNA)
    source = keep_upload(b"a,b\n1,2\n", 100, ANNA)
    cached, other = decoded(source), decoded(f"upload:{'0' * 64}")
    config = ExperimentConfig(DataConfig("images", {"source": source}))
    first, second = (anna.start(config).id for _ in range(2))
    for run in (first, second):
        anna.delete(run)
    anna.remove(first)
    assert upload_path(source).is_file()  # the one in the bin may come back
    assert cached.is_file()
    anna.remove(second)
    with pytest.raises(DataError, match="to be on this server"):
        upload_path(source)
    assert not cached.exists()
    assert other.exists()


def test_an_unreadable_experiment_may_name_any_upload(store: RunStore) -> None:
    source = keep_upload(b"a,b\n1,2\n", 100, ANNA)
    config = ExperimentConfig(DataConfig("table", {"source": source}))
    first, second = (store.create(config).id for _ in range(2))
    for name in ("record.json", "config.json"):
        (store.folder(second) / name).write_text("{")
    Bin(store).put(first)
    Bin(store).remove(first)
    assert upload_path(source).is_file()
