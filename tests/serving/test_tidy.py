"""A new server removes what killed ones left in its folders, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data.uploads import store_upload
from harmony_core.runs.store import RunStore
from harmony_core.serving.bin import Bin
from harmony_core.serving.tidy import tidy

OLD = time.time() - 3600
TEMPORARY = ".00001.npz.0123abcd.tmp"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return RunStore(tmp_path / "runs")


def old(path: Path, content: bytes = b"half") -> Path:
    """A file that nobody has written to for an hour, in a folder as old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    for changed in (path, path.parent):
        os.utime(changed, (OLD, OLD))
    return path


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_experiments_keep_all_but_temporary_files(store: RunStore) -> None:
    run = store.create(ExperimentConfig(data=DataConfig()))
    frames = store.folder(run.id) / "repeat-0" / "frames"
    whole = old(frames / "00000.npz")
    left = [old(frames / TEMPORARY), old(store.root / ".announcement.0123abcd.tmp")]
    (frames / ".00002.npz.0123abcd.tmp").write_bytes(b"being written")
    tidy(store)
    assert whole.exists()
    assert not [path for path in left if path.exists()]
    assert (frames / ".00002.npz.0123abcd.tmp").exists()
    assert store.get(run.id).config == run.config


def test_half_made_and_half_deleted_experiments_go(store: RunStore) -> None:
    half_made = old(store.root / "20260101-000000-0a1b" / "owner").parent
    of_a_class = [old(store.root / "20260101-000000-0a2b" / name) for name in ("owner", "class")]
    being_made = store.root / "20260101-000000-0a1c"
    being_made.mkdir()
    half_deleted = old(store.root / ".deleted-20260101-000000-0a1d-abcdef" / "record.json").parent
    half_removed = old(store.root / ".bin" / "20260101-000000-0a1e" / "frames.npz").parent
    others = [
        old(store.root / "20260101-000000-0a1f" / "letter.txt"),
        old(store.root / "src" / "owner"),
    ]
    tidy(store)
    gone = (half_made, of_a_class[0].parent, half_deleted, half_removed)
    assert not [path for path in gone if path.exists()]
    assert being_made.exists()
    assert all(path.exists() for path in others)


def test_the_bin_keeps_what_can_be_taken_back(store: RunStore) -> None:
    run = store.create(ExperimentConfig(data=DataConfig()))
    Bin(store).put(run.id)
    tidy(store)
    Bin(store).restore(run.id)
    assert store.get(run.id).config == run.config


def test_uploads_stay_and_halves_of_them_go(store: RunStore, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    store_upload(b"a,b\n1,2\n")
    kept = listed(uploads)
    old(uploads / ".0f0f.0123abcd.tmp")
    dead = old(uploads / "sessions" / "dead" / "lock", b"").parent
    old(dead / "visit" / "data.csv")
    alive = old(uploads / "sessions" / "alive" / "visit" / "data.csv").parents[1]
    with FileLock(alive / "lock"):
        tidy(store)
        assert not dead.exists()
        assert set(kept) < set(listed(uploads))
        assert "sessions/alive/visit/data.csv" in listed(uploads)
        assert not list(uploads.glob(".*.tmp"))


def test_an_upload_removes_what_the_last_server_left_of_one(
    store: RunStore, tmp_path: Path
) -> None:
    left = old(tmp_path / "uploads" / ".0f0f.0123abcd.tmp")
    store_upload(b"a,b\n1,2\n")
    assert not left.exists()
