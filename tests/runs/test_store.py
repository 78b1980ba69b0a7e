"""Experiments on disk: what is written is read back, and what is wrong is said in one sentence."""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from harmony_core.errors import RunError
from harmony_core.runs import ExperimentRecord, RunStore
from harmony_core.runs.record import now

from .conftest import make_frame, make_scene, small_config


def record_file(store: RunStore, run_id: str) -> Path:
    return store.root / run_id / "record.json"


def test_a_record_comes_back_as_it_was_saved(store: RunStore) -> None:
    record = store.create(small_config(), "Größe ☃")
    with store.running(record.id):
        changed = record.replace(
            state="running", epoch=2, message="training", rate=3.5, device="CPU"
        )
        store.save(changed)
        assert RunStore(store.root).get(record.id) == changed
    assert changed.title == "Größe ☃"
    assert set(changed.versions) == {"harmony", "python", "torch", "numpy"}


def test_a_title_is_one_printable_line(store: RunStore) -> None:
    record = store.create(small_config(), "  a\nb\x00c" + "x" * 500)
    assert record.title.startswith("a b c")
    assert len(record.title) == 120


def test_experiments_are_listed_newest_first(store: RunStore) -> None:
    made = [store.create(small_config()) for _ in range(3)]
    for day, record in enumerate(made):
        store.save(record.replace(state="done", created=f"2026-01-0{day + 1}T00:00:00.000Z"))
    assert [record.id for record in store.list()] == [record.id for record in made[::-1]]
    assert store.find("latest") == made[-1].id
    assert store.find(made[0].id) == made[0].id


def test_ids_sort_by_time_within_a_second(store: RunStore) -> None:
    made = []
    for _ in range(20):
        made.append(store.create(small_config()).id)
        time.sleep(0.002)
    assert store.ids() == made[::-1]


def test_a_folder_that_is_not_there_has_no_experiments(store: RunStore) -> None:
    assert store.list() == []
    with pytest.raises(RunError, match="got none"):
        store.find("latest")


def test_the_start_of_an_id_must_be_unique(store: RunStore) -> None:
    record = store.create(small_config())
    assert store.find(record.id[:-1]) == record.id
    store.create(small_config())
    with pytest.raises(RunError, match="fits 2"):
        store.find(record.id[:4])
    with pytest.raises(RunError, match=f"Expected an experiment in .*{record.id}"):
        store.find("nothing")


def test_a_second_listing_reads_only_what_changed(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [store.create(small_config()) for _ in range(5)]
    for record in records:
        store.save(record.replace(state="done"))
    read: list[str] = []
    original = ExperimentRecord.from_json

    def counted(text: str, run_id: str) -> ExperimentRecord:
        read.append(run_id)
        return original(text, run_id)

    monkeypatch.setattr(ExperimentRecord, "from_json", counted)
    store.list()
    assert len(read) == 5
    other = RunStore(store.root)
    other.save(records[2].replace(state="failed", error="x"))
    read.clear()
    assert [r.state for r in store.list()].count("failed") == 1
    assert read == [records[2].id]


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "../x", "a/b", "A", "x" * 61, "a\n", "a\x00", "é", "a.b", "/etc"]
)
def test_no_id_leads_out_of_the_folder(store: RunStore, bad: str) -> None:
    for use in (store.get, store.delete, store.request_stop, store.epochs, store.locked):
        with pytest.raises(RunError, match="id of 1 to 60 characters"):
            use(bad)


def test_a_link_is_not_an_experiment(store: RunStore, tmp_path: Path) -> None:
    record = store.create(small_config())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "record.json").write_text("{}")
    (store.root / "link").symlink_to(tmp_path / "elsewhere")
    assert store.ids() == [record.id]
    with pytest.raises(RunError, match="got a link"):
        store.delete("link")


def broken_records(good: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Name → (text of a record.json, what the message says)."""
    config = good["config"]
    return {
        "not JSON": ("{", "not valid JSON"),
        "empty": ("", "not valid JSON"),
        "deep": ("[" * 100_000, "not valid JSON"),
        "a list": ("[]", "not an object"),
        "newer": (json.dumps({**good, "format": 2}), "format 1, but got 2"),
        "no format": (json.dumps({k: v for k, v in good.items() if k != "format"}), "got None"),
        "unknown key": (json.dumps({**good, "colour": 1}), "unknown keys: colour"),
        "unknown state": (json.dumps({**good, "state": "happy"}), "`state` is 'happy'"),
        "wrong type": (json.dumps({**good, "epoch": "3"}), "`epoch` is '3'"),
        "negative": (json.dumps({**good, "epoch": -1}), "`epoch` is '-1'"),
        "bool": (json.dumps({**good, "repeat": True}), "`repeat` is 'True'"),
        "no config": (json.dumps({**good, "config": None}), "`config`"),
        "bad config": (json.dumps({**good, "config": {**config, "epochs": 0}}), "epochs"),
        "other's": (json.dumps({**good, "id": "other"}), "belongs to experiment 'other'"),
        "versions": (json.dumps({**good, "versions": {"torch": 2}}), "`versions`"),
    }


KINDS_OF_DAMAGE = sorted(broken_records({"config": {}}))


@pytest.mark.parametrize("kind", KINDS_OF_DAMAGE)
def test_a_broken_record_is_reported_and_hides_no_other(store: RunStore, kind: str) -> None:
    fine, broken = store.create(small_config()), store.create(small_config())
    text, message = broken_records(broken.to_dict())[kind]
    record_file(store, broken.id).write_text(text)
    record_file(store, broken.id).with_name("config.json").unlink()  # as before 0.2.0
    with pytest.raises(RunError, match=f"(?s){broken.id}.*{message}"):
        store.get(broken.id)
    assert [record.id for record in store.list()] == [fine.id]
    assert list(store.scan()[1]) == [broken.id]
    store.delete(broken.id)
    assert store.scan()[1] == {}


def test_frames_and_scene_come_back(store: RunStore) -> None:
    record = store.create(small_config())
    for epoch in (0, 12):
        store.save_frames(record.id, 1, epoch, [make_frame(m, 1, epoch) for m in range(2)])
    store.save_scene(record.id, 1, make_scene())
    assert store.epochs(record.id, 1) == [0, 12]
    assert store.epochs(record.id, 0) == []
    frames = store.frames(record.id, 1, 12)
    assert [(f.method, f.repeat, f.epoch) for f in frames] == [(0, 1, 12), (1, 1, 12)]
    np.testing.assert_array_equal(frames[0].confusion, make_frame().confusion)
    assert store.scene(record.id, 1).class_names == ("a", "b", "c")
    size = store.size(record.id)
    assert size > 1000
    assert store.size(record.id) == size
    store.drop_frames_after(record.id, 1, 5)
    assert store.epochs(record.id, 1) == [0]
    assert store.size(record.id) < size


def test_a_damaged_frame_file_is_one_clear_message(store: RunStore) -> None:
    record = store.create(small_config())
    store.save_frames(record.id, 0, 0, [make_frame()])
    path = store.root / record.id / "repeat-0" / "frames" / "00000.npz"
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole[: generator.integers(1, len(whole))])
        for place in generator.integers(0, len(damaged), 5):
            damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        with pytest.raises(RunError, match=r"00000\.npz .*Resume the experiment"):
            store.frames(record.id, 0, 0)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_takes_nothing_leaves_the_old_record(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    record = store.create(small_config())
    store.save(record.replace(state="done"))

    def refuse(*_: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(RunError, match=f"record.json.*{os.strerror(code)}.*Free some space"):
            store.save(record.replace(state="failed"))
        with pytest.raises(RunError, match=os.strerror(code)):
            store.save_checkpoint(record.id, 0, b"x")
    assert store.get(record.id).state == "done"
    assert not list(store.root.rglob("*.tmp"))


def test_a_folder_that_cannot_be_made_is_one_clear_message(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(RunError, match="Permission denied.*--runs or HARMONY_RUNS"):
        store.create(small_config())


def test_an_experiment_that_cannot_be_recorded_leaves_no_folder(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(RunError, match="No space left"):
        store.create(small_config())
    assert list(store.root.iterdir()) == []


def test_a_file_is_no_runs_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="got a file"):
        RunStore(tmp_path / "file")


def test_who_holds_the_lock_decides_what_a_running_record_means(store: RunStore) -> None:
    record = store.create(small_config())
    with store.running(record.id):
        store.save(record.replace(state="running"))
        assert RunStore(store.root).get(record.id).state == "running"
        with pytest.raises(RunError, match="waiting or running"), store.running(record.id):
            pass
    interrupted = store.get(record.id)
    assert interrupted.state == "interrupted"
    assert "Resume it" in interrupted.error
    assert interrupted.resumable
    store.request_stop(record.id)
    assert store.get(record.id).state == "stopped"
    store.clear_stop(record.id)
    store.save(record.replace(state="done", finished=now()))
    assert store.get(record.id).state == "done"


def test_a_title_given_while_it_runs_is_kept(store: RunStore) -> None:
    record = store.create(small_config(), "old")
    with store.running(record.id):
        store.rename(record.id, "new")
        store.save(record.replace(state="running", epoch=1))  # the runner knows only the old title
        assert store.get(record.id).title == "new"
        assert store.get(record.id).epoch == 1


def test_delete_removes_everything_but_not_what_runs(store: RunStore) -> None:
    record = store.create(small_config())
    store.save_frames(record.id, 0, 0, [make_frame()])
    with store.running(record.id), pytest.raises(RunError, match="Stop it first"):
        store.delete(record.id)
    store.delete(record.id)
    assert list(store.root.iterdir()) == []
    with pytest.raises(RunError, match="found none"):
        store.delete(record.id)
    with pytest.raises(RunError, match="found none"):
        store.get(record.id)


def test_temporary_files_go_that_a_killed_process_left(store: RunStore) -> None:
    record = store.create(small_config())
    store.save_frames(record.id, 0, 0, [make_frame()])
    left = store.root / record.id / "repeat-0" / "frames" / ".00001.npz.1234abcd.tmp"
    left.write_bytes(b"half")
    assert store.epochs(record.id) == [0]
    store.remove_temporary_files(record.id)
    assert not left.exists()
    assert store.epochs(record.id) == [0]


def test_share_counts_all_repeats(store: RunStore) -> None:
    record = store.create(small_config(epochs=10, repeats=2))
    assert replace(record, repeat=1, epoch=5).share == 0.75
