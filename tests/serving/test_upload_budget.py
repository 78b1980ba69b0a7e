"""What the uploads of visitors may take on a shared server: which go, which stay, what is said."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data.uploads import upload_id, upload_path, uploads_root
from harmony_core.errors import DataError
from harmony_core.runs.store import RunStore
from harmony_core.serving.access import Access
from harmony_core.serving.bin import Bin
from harmony_core.serving.owners import Visitor, visitor_of
from harmony_core.serving.upload_owners import may_use

from .conftest import IdleQueue

ANNA, BEN, CARL = (Visitor(visitor_of(token), shared=True) for token in ("anna", "ben", "carl"))
ADMIN = Visitor(visitor_of("admin"), shared=True, admin=True)
SOLO = Visitor("solo", shared=False)
KB = 1024
Keep = Callable[..., str]


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """For 3 files and 500 KB of each visitor, and 800 KB of all."""
    monkeypatch.setenv("HARMONY_KEPT_UPLOADS", "3")
    monkeypatch.setenv("HARMONY_UPLOADS_VISITOR_MB", str(500 / KB))
    monkeypatch.setenv("HARMONY_UPLOADS_MB", str(800 / KB))


@pytest.fixture
def keep(store: RunStore) -> Keep:
    """Upload so many kilobytes of one letter, some hours ago."""

    def upload(visitor: Visitor, letter: str, size: int = 1, hours: float = 0) -> str:
        source = Access(store, IdleQueue, visitor).keep_upload(letter.encode() * size * KB, 2**20)
        then = time.time() - hours * 3600
        if visitor.shared:
            os.utime(uploads_root() / "owners" / upload_id(source) / visitor.id, (then, then))
        return source

    return upload


def name(store: RunStore, source: str) -> str:
    """Create an experiment that trains on an upload."""
    return store.create(ExperimentConfig(DataConfig("table", {"source": source}))).id


def test_the_oldest_file_that_no_experiment_names_makes_room(store: RunStore, keep: Keep) -> None:
    used = keep(ANNA, "a", hours=9)
    name(store, used)
    idle, later = keep(ANNA, "b", hours=8), keep(ANNA, "c", hours=7)
    assert keep(BEN, "b", hours=20) == idle
    newest = keep(ANNA, "d")
    assert [may_use(each, ANNA) for each in (used, idle, later, newest)] == [
        True,
        False,
        True,
        True,
    ]
    assert may_use(idle, BEN)
    assert upload_path(idle).is_file()  # as Ben needs it


def test_bytes_count_as_files_do(keep: Keep) -> None:
    first, second = keep(ANNA, "a", 200, hours=9), keep(ANNA, "b", 200, hours=8)
    third = keep(ANNA, "c", 200)
    assert [may_use(each, ANNA) for each in (first, second, third)] == [False, True, True]
    with pytest.raises(DataError, match="to be on this server"):
        upload_path(first)


def test_all_visitors_share_what_is_left(keep: Keep) -> None:
    first, second = keep(ANNA, "a", 400, hours=9), keep(BEN, "b", 300, hours=20)
    third = keep(CARL, "c", 400)
    assert [may_use(first, ANNA), may_use(second, BEN), may_use(third, CARL)] == [True, False, True]


@pytest.mark.parametrize("kind", ["named", "in the bin", "fresh"])
def test_what_is_needed_makes_no_room_and_the_new_file_is_refused(
    store: RunStore, keep: Keep, kind: str
) -> None:
    files = [keep(ANNA, letter, hours=0 if kind == "fresh" else 9) for letter in "abc"]
    if kind != "fresh":
        runs = [name(store, each) for each in files]
        if kind == "in the bin":
            for run in runs:
                Bin(store).put(run)
    with pytest.raises(DataError, match=r"at most 3 files.*got 4.*come back in an hour"):
        keep(ANNA, "d")
    assert all(may_use(each, ANNA) for each in files)
    assert len(list(uploads_root().glob("*"))) == 4  # the three, and whose they are
    keep(BEN, "d")


def test_an_experiment_that_cannot_be_read_may_name_any_file(store: RunStore, keep: Keep) -> None:
    files = [keep(ANNA, letter, hours=9) for letter in "abc"]
    run = name(store, files[0])
    for file in ("record.json", "config.json"):
        (store.folder(run) / file).write_text("{")
    with pytest.raises(DataError, match="at most 3 files"):
        keep(ANNA, "d")


def test_what_nobody_has_used_for_a_week_goes(store: RunStore, keep: Keep) -> None:
    idle, used = keep(ANNA, "a", hours=8 * 24), keep(ANNA, "b", hours=8 * 24)
    name(store, used)
    young = keep(ANNA, "c", hours=6 * 24)
    keep(BEN, "d")
    assert [may_use(each, ANNA) for each in (idle, used, young)] == [False, True, True]


def test_the_administrator_is_never_refused_and_solo_mode_has_no_budget(keep: Keep) -> None:
    for letter in "abcd":
        keep(ADMIN, letter, 300)
        keep(SOLO, letter, 301)
    assert may_use(keep(ADMIN, "e", 300), ADMIN)
    with pytest.raises(DataError, match="all visitors to take at most 0.8 MB"):
        keep(BEN, "f", 300)
