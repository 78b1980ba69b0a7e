"""Power cuts, flipped bits, full disks: what is whole is kept, the rest is trained again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from harmony_core.errors import RunError
from harmony_core.runs import RunStore
from harmony_core.runs.execute import execute

from .conftest import FakeEngine, FakeLockstep, small_config
from .test_execute import assert_same_frames, interrupt_at


def interrupted(store: RunStore, **changes: Any) -> str:
    """An experiment cut off after epoch 8, with its checkpoint of epoch 5."""
    run_id = store.create(small_config(epochs=12, **changes)).id
    execute(store, run_id, interrupt_at(8))
    return run_id


@pytest.fixture
def whole(store: RunStore, engine: FakeEngine) -> str:
    run_id = store.create(small_config(epochs=12)).id
    execute(store, run_id)
    return run_id


def checkpoint_of(store: RunStore, run_id: str) -> Path:
    return store.repeat_folder(run_id, 0) / "checkpoint.pt"


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


@pytest.mark.parametrize("at", [3, 30, -1])
def test_a_flipped_bit_of_a_checkpoint_is_never_trained_on(
    store: RunStore, whole: str, at: int
) -> None:
    cut = interrupted(store)
    flip(checkpoint_of(store, cut), at)
    done = execute(store, cut)
    assert done.state == "done"
    assert "Repeat 1 was trained again from the start" in done.note
    assert checkpoint_of(store, cut).with_name("checkpoint.damaged.pt").exists()
    assert_same_frames(store, whole, cut)


def test_a_flipped_bit_of_an_old_checkpoint_is_found_too(store: RunStore) -> None:
    run_id = store.create(small_config(epochs=12)).id
    execute(store, run_id, interrupt_at(8))
    path = checkpoint_of(store, run_id)
    content = store.checkpoint(run_id, 0)
    assert content is not None
    path.write_bytes(content)
    assert store.checkpoint(run_id, 0) == content
    flip(path, len(content) // 2)
    with pytest.raises(RunError, match="bytes that were written"):
        store.checkpoint(run_id, 0)


def test_too_little_memory_to_restore_deletes_nothing(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = interrupted(store)
    epochs, before = store.epochs(cut), checkpoint_of(store, cut).read_bytes()

    def out_of_memory(self: FakeLockstep, data: bytes) -> NoReturn:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(FakeLockstep, "restore", out_of_memory)
        failed = execute(store, cut)
    assert failed.state == "failed"
    assert "ran out" in failed.error
    assert (store.epochs(cut), checkpoint_of(store, cut).read_bytes()) == (epochs, before)
    assert execute(store, cut).note == ""


@pytest.mark.parametrize("content", [b"", None])
def test_frames_lost_before_the_checkpoint_are_trained_again(
    store: RunStore, whole: str, content: bytes | None
) -> None:
    cut = interrupted(store)
    path = store.repeat_folder(cut, 0) / "frames" / "00003.npz"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    done = execute(store, cut)
    assert "frames of epoch 3 were missing or damaged" in done.note
    assert_same_frames(store, whole, cut)


def test_a_finished_experiment_can_be_mended(store: RunStore, engine: FakeEngine) -> None:
    run_id, same = (store.create(small_config(repeats=2)).id for _ in range(2))
    execute(store, run_id)
    execute(store, same)
    with pytest.raises(RunError, match="is done"):
        execute(store, run_id)
    flip(checkpoint_of(store, run_id), -1)
    with pytest.raises(RunError, match="Resume the experiment"):
        store.checkpoint(run_id, 0)
    assert execute(store, run_id).state == "done"
    (store.repeat_folder(run_id, 0) / "frames" / "00001.npz").write_bytes(b"half")
    with pytest.raises(RunError, match="Resume the experiment"):
        store.frames(run_id, 0, 1)
    assert execute(store, run_id).state == "done"
    for repeat in range(2):
        assert_same_frames(store, run_id, same, repeat)


def test_frames_reach_the_disk_before_the_checkpoint_after_them(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    behind: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        real_sync(handle)
        flushed.append(os.fstat(handle).st_ino)

    def replace(source: Path, target: Path) -> None:
        if target.name == "checkpoint.pt":
            parts = [target.parent / "scene.npz", *(target.parent / "frames").iterdir()]
            behind.extend(path.name for path in parts if path.stat().st_ino not in flushed)
            assert source.stat().st_ino in flushed
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    execute(store, store.create(small_config(epochs=12)).id)
    assert behind == []
    assert len(flushed) > 12


@pytest.mark.parametrize("content", ["", "{", None])
def test_an_emptied_record_hides_no_experiment(
    store: RunStore, whole: str, content: str | None
) -> None:
    cut = interrupted(store)
    path = store.folder(cut) / "record.json"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    record = store.get(cut)
    assert (record.state, record.epoch) == ("interrupted", 8)
    assert "Resume it" in record.error
    assert cut in store.ids()
    assert execute(store, cut).state == "done"
    assert_same_frames(store, whole, cut)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 80 MB; only root can make one."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", tmp_path], capture_output=True
    ) if hasattr(os, "geteuid") and os.geteuid() == 0 else None  # fmt: skip
    if made is None or made.returncode:
        pytest.skip("this user cannot mount a small disk")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("epoch", [0, 2, 5, 9])
def test_a_disk_filled_at_any_epoch_is_told_as_that(
    small_disk: Path, engine: FakeEngine, epoch: int
) -> None:
    store = RunStore(small_disk / "runs")
    run_id = store.create(small_config(epochs=12)).id
    filler = small_disk / "filler"

    def fill(at: int, step: int) -> None:
        if at == epoch and step == 0:
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(bytes(2**16)) == 2**16:
                    pass

    engine.on_step = fill
    failed = execute(store, run_id)
    assert failed.state == "failed"
    assert store.get(run_id) == failed
    assert "No space left" in failed.error or "MB free" in failed.error
    filler.unlink()
    engine.on_step = lambda at, step: None
    assert execute(store, run_id).state == "done"
    assert store.epochs(run_id) == list(range(13))


def test_what_is_written_is_for_its_owner_alone(store: RunStore, whole: str) -> None:
    paths = [store.root, *store.folder(whole).rglob("*")]
    if os.name != "posix":
        pytest.skip("this system has no such permissions")
    open_to_others = [p for p in paths if p.stat().st_mode & 0o077 and p.name != "lock"]
    assert open_to_others == []
