"""Two visitors of a shared server: each changes what is theirs, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, Seeds
from harmony_core.errors import ConfigError, DataError, RunError
from harmony_core.runs.posthoc.process import PosthocProcess, PosthocRequest
from harmony_core.runs.store import RunStore
from harmony_core.serving.access import Access
from harmony_core.serving.owners import (
    REFUSED,
    SOLO_VISITOR,
    Action,
    OwnedRun,
    Visitor,
    may,
    visitor_of,
)
from harmony_core.serving.upload_owners import keep_upload, may_use

ANNA, BEN = (Visitor(visitor_of(token), shared=True) for token in ("anna", "ben"))
ADMIN = Visitor(visitor_of("admin"), shared=True, admin=True)
SOLO = Visitor(SOLO_VISITOR, shared=False)


class Queue:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def submit(self, run_id: str) -> None:
        self.asked.append(("submit", run_id))

    def stop(self, run_id: str) -> None:
        self.asked.append(("stop", run_id))


class Process(PosthocProcess):
    """Pretends to work, for ever."""

    busy: PosthocRequest | None = None

    def start(self, request: PosthocRequest) -> None:
        self.busy = request

    def current(self) -> PosthocRequest | None:
        return self.busy

    def stop(self) -> None:
        self.busy = None


@pytest.fixture
def store(runs_folder: Path) -> RunStore:
    return RunStore(runs_folder)


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def enter(store: RunStore, queue: Queue) -> Callable[[Visitor], Access]:
    return lambda visitor: Access(store, lambda: queue, visitor)


Enter = Callable[[Visitor], Access]
CHANGES: dict[str, Callable[[Access, str], object]] = {
    "stop": lambda access, run: access.stop(run),
    "resume": lambda access, run: access.resume(run),
    "rename": lambda access, run: access.rename(run, "Mine now"),
    "pin": lambda access, run: access.pin(run, stays=True),
    "delete": lambda access, run: access.delete(run),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_visitor_is_refused(
    enter: Enter, store: RunStore, queue: Queue, change: str
) -> None:
    run = enter(ANNA).start(ExperimentConfig(), "Anna's").id
    before = list(queue.asked)
    with pytest.raises(RunError, match=f"an experiment of your own to {change}, but got one of an"):
        CHANGES[change](enter(BEN), run)
    assert queue.asked == before
    assert store.get(run).title == "Anna's"
    for visitor in (ANNA, ADMIN):
        CHANGES["rename"](enter(visitor), run)
    CHANGES[change](enter(ANNA), run)


@pytest.mark.parametrize("change", CHANGES)
def test_the_operators_experiments_belong_to_no_visitor(
    enter: Enter, store: RunStore, change: str
) -> None:
    run = store.create(ExperimentConfig()).id
    with pytest.raises(RunError, match="the operator of this server"):
        CHANGES[change](enter(ANNA), run)
    assert enter(ANNA).listed() == []
    assert enter(SOLO).listed() == [run]
    CHANGES[change](enter(ADMIN), run)


def test_everything_is_allowed_in_solo_mode() -> None:
    for action in REFUSED:
        for owner in ("", ANNA.id):
            assert may(action, OwnedRun("run", owner), SOLO)


def test_looking_needs_the_link_alone() -> None:
    theirs = OwnedRun("run", ANNA.id)
    assert [action for action in REFUSED if may(action, theirs, BEN)] == ["look"]


def test_a_visitor_without_an_id_owns_nothing_of_the_operators() -> None:
    assert not may("delete", OwnedRun("run", ""), Visitor("", shared=True))


def test_lists_show_ones_own(enter: Enter) -> None:
    first, second = (enter(ANNA).start(ExperimentConfig()).id for _ in range(2))
    other = enter(BEN).start(ExperimentConfig()).id
    assert set(enter(ANNA).listed()) == {first, second}
    assert enter(BEN).listed() == [other]


def test_ids_on_a_shared_server_cannot_be_guessed(enter: Enter, store: RunStore) -> None:
    runs = [enter(ANNA).start(ExperimentConfig()).id for _ in range(3)]
    assert store.ids() == sorted(runs, reverse=True)
    randoms = {re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}-([0-9a-f]{32})", run)[1] for run in runs}  # type: ignore[index]
    assert len(randoms) == 3
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", enter(SOLO).start(ExperimentConfig()).id)


def test_a_missing_experiment_may_not_be_changed(enter: Enter) -> None:
    assert not enter(ANNA).may("delete", "20260101-000000-0000")
    assert not enter(ADMIN).may("delete", "../elsewhere")


def test_a_process_works_for_owners_only(enter: Enter, tmp_path: Path) -> None:
    anna, ben = enter(ANNA), enter(BEN)
    hers, his = (who.start(ExperimentConfig()).id for who in (anna, ben))
    process = Process(tmp_path)
    asked = PosthocRequest(hers, 0, "{}")
    made = tmp_path / "maps"
    made.mkdir()
    actions: tuple[Action, ...] = ("posthoc", "draw")
    for action in actions:
        with pytest.raises(RunError, match="of your own"):
            ben.begin(action, process, asked)
        with pytest.raises(RunError, match="of your own"):
            ben.begin_again(action, process, asked, made)
    assert process.current() is None
    assert made.is_dir()
    anna.begin("posthoc", process, asked)
    with pytest.raises(RunError, match="another visitor"):
        ben.begin("posthoc", process, PosthocRequest(his, 0, "{}"))
    with pytest.raises(RunError, match="of your own"):
        ben.end("posthoc", process)
    assert process.current() == asked
    anna.end("posthoc", process)
    assert process.current() is None


def test_the_hash_of_anothers_upload_opens_nothing(
    enter: Enter, store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    source = keep_upload(b"a,b\n1,2\n", 100, ANNA)
    nowhere = f"upload:{'0' * 64}"
    config = ExperimentConfig(DataConfig("table", {"source": source}))
    assert may_use(source, ANNA)
    assert may_use(source, ADMIN)
    assert may_use(source, SOLO)
    assert not may_use(source, BEN)
    assert not may_use(nowhere, BEN)
    with pytest.raises(DataError, match="Expected data that you have uploaded"):
        enter(BEN).start(config)
    assert store.ids() == []
    assert keep_upload(b"a,b\n1,2\n", 100, BEN) == source
    assert may_use(source, BEN)


HEAVY = replace(ExperimentConfig(), epochs=10_000, seeds=Seeds(repeats=100))


def test_what_is_too_dear_for_a_visitor_is_refused_and_leaves_nothing(
    enter: Enter, store: RunStore, queue: Queue
) -> None:
    with pytest.raises(ConfigError, match=r"at most 10 minutes.*Choose one seed"):
        enter(ANNA).start(HEAVY)
    assert (store.ids(), queue.asked) == ([], [])
    for visitor in (ADMIN, SOLO):
        enter(visitor).start(HEAVY)
    assert len(store.ids()) == 2


def test_a_dear_experiment_of_before_is_not_resumed(enter: Enter, store: RunStore) -> None:
    run_id = store.create(HEAVY, owner=ANNA.id).id
    with pytest.raises(ConfigError, match="at most 10 minutes"):
        enter(ANNA).resume(run_id)


def test_an_experiment_that_the_queue_refuses_leaves_nothing(
    enter: Enter, store: RunStore, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run_id: str) -> None:
        raise RunError("Expected at most 3 experiments of yours.")

    monkeypatch.setattr(queue, "submit", full)
    with pytest.raises(RunError, match="at most 3"):
        enter(ANNA).start(ExperimentConfig())
    assert store.ids() == []
