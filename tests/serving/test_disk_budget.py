"""Two visitors who fill the disk of a shared server: what goes, what stays, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import BaseFileLock

from harmony_core.config import ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.errors import RunError
from harmony_core.experiments.complete import complete
from harmony_core.quotas import MB, quotas
from harmony_core.runs.store import RunStore
from harmony_core.serving.access import Access
from harmony_core.serving.bin import Bin
from harmony_core.serving.disk_budget import DiskBudget
from harmony_core.serving.made_room import gone
from harmony_core.serving.owners import SOLO_VISITOR, Visitor, visitor_of

ANNA, BEN = (Visitor(visitor_of(token), shared=True) for token in ("anna", "ben"))
ADMIN = Visitor(visitor_of("admin"), shared=True, admin=True)
SMALL = complete(
    ExperimentConfig(
        methods=(MethodConfig("ce"),),
        epochs=1,
        device="cpu",
        record=RecordConfig(grid=8, tracked=10),
    )
)
"""Expected to write far less than a megabyte."""
LARGE = replace(SMALL, record=replace(SMALL.record, grid=400), epochs=20)
"""Expected to write 8 MB."""


class Queue:
    """Takes experiments and trains none; what it has taken is locked."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._locks: dict[str, BaseFileLock] = {}

    def submit(self, run_id: str) -> None:
        self._locks[run_id] = self._store.lock(run_id)
        self._locks[run_id].acquire(timeout=0)
        self._store.save(self._store.get(run_id).replace(state="queued", finished=""))

    def stop(self, run_id: str) -> None:
        if run_id in self._locks:
            self._locks.pop(run_id).release()

    def close(self) -> None:
        for run_id in list(self._locks):
            self.stop(run_id)


class Server:
    """A shared server with room for 3 MB of each visitor and 5 MB of all."""

    def __init__(self, store: RunStore) -> None:
        self.store, self.queue = store, Queue(store)

    def enter(self, visitor: Visitor) -> Access:
        return Access(self.store, lambda: self.queue, visitor)

    def ended(
        self, visitor: Visitor, day: int = 1, title: str = "", class_code: str = "", mb: float = 1
    ) -> str:
        """An experiment of a visitor that ended on a day of January."""
        owner = visitor.id if visitor.shared else ""
        record = self.store.create(SMALL, title, class_code, owner)
        (self.store.folder(record.id) / "frames").mkdir()
        with (self.store.folder(record.id) / "frames" / "large").open("wb") as file:
            file.truncate(int(mb * MB))
        time = f"2026-01-{day:02}T00:00:00.000Z"
        created = record.created if class_code else time
        self.store.save(record.replace(state="done", created=created, finished=time))
        return record.id


@pytest.fixture
def server(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("HARMONY_DISK_VISITOR_MB", "3")
    monkeypatch.setenv("HARMONY_DISK_MB", "5")
    monkeypatch.setattr(RunStore, "free_bytes", lambda self: 2**40)
    server = Server(RunStore(runs_folder))
    yield server
    server.queue.close()


def test_a_visitors_oldest_go_until_there_is_room(server: Server) -> None:
    first, second, third = (
        server.ended(ANNA, day, title) for day, title in ((1, "One"), (2, "Two"), (3, "Three"))
    )
    his = server.ended(BEN, 1)
    anna = server.enter(ANNA)
    assert anna.room_ahead(SMALL).goes == ["One"]
    started = anna.start(SMALL).id
    assert set(server.store.ids()) == {second, third, his, started}
    assert first not in [one.id for one in anna.deleted()]  # it is not in the bin
    assert [one.title for one in anna.went()] == ["One"]
    assert server.enter(BEN).went() == []
    anna.read_what_went()
    assert anna.went() == []
    assert [one.id for one in gone(server.store.root)] == [first]


def test_age_counts_from_the_end_of_a_training(server: Server) -> None:
    late, early = server.ended(ANNA, 9), server.ended(ANNA, 3)
    server.ended(ANNA, 5)
    server.enter(ANNA).start(SMALL)
    assert late in server.store.ids()
    assert early not in server.store.ids()


def test_of_all_visitors_the_oldest_go_whosever_they_are(server: Server) -> None:
    hers = [server.ended(ANNA, day, f"Day {day}") for day in (1, 2, 5)]
    his = [server.ended(BEN, day) for day in (3, 4)]
    assert server.enter(BEN).room_ahead(SMALL).goes == []  # hers are not his business
    started = server.enter(BEN).start(SMALL).id
    assert set(server.store.ids()) == {*hers[1:], *his, started}
    assert [one.title for one in server.enter(ANNA).went()] == ["Day 1"]


def test_what_is_pinned_stays_and_what_is_not_goes_in_its_place(server: Server) -> None:
    pinned, young, other = (server.ended(ANNA, day) for day in (1, 2, 3))
    anna = server.enter(ANNA)
    anna.pin(pinned, stays=True)
    anna.start(SMALL)
    assert pinned in server.store.ids()
    assert young not in server.store.ids()
    assert other in server.store.ids()


def test_a_start_is_refused_if_only_pinned_ones_are_left(server: Server) -> None:
    runs = [server.ended(ANNA, day) for day in (1, 2, 3)]
    anna = server.enter(ANNA)
    for run in runs:
        anna.pin(run, stays=True)
    with pytest.raises(RunError, match=r"in the 3\.0 MB that your .* pinned.* Unpin or delete"):
        anna.start(SMALL)
    assert set(server.store.ids()) == set(runs)
    assert anna.room_ahead(SMALL).goes == []
    assert "Unpin or delete" in anna.room_ahead(SMALL).refusal
    assert server.enter(BEN).room_ahead(SMALL).refusal == ""
    server.enter(BEN).start(SMALL)
    anna.pin(runs[1], stays=False)
    anna.start(SMALL)
    assert runs[1] not in server.store.ids()


def test_pinned_ones_of_others_can_fill_the_server(server: Server) -> None:
    for visitor, days in ((ANNA, (1, 2, 3)), (BEN, (4, 5))):
        for day in days:
            server.enter(visitor).pin(server.ended(visitor, day), stays=True)
    with pytest.raises(RunError, match=r"in the 5\.0 MB that the experiments of all visitors"):
        server.enter(Visitor(visitor_of("cleo"), shared=True)).start(SMALL)
    server.enter(ADMIN).start(SMALL)  # who may delete may also go beyond


@pytest.mark.parametrize("stays", [True, False])
def test_only_the_owner_and_the_administrator_pin(server: Server, stays: bool) -> None:
    run = server.ended(ANNA)
    server.enter(ANNA).pin(run, stays=not stays)
    with pytest.raises(RunError, match="an experiment of your own to pin, but got one of an"):
        server.enter(BEN).pin(run, stays=stays)
    assert server.store.pinned(run) is not stays
    server.enter(ADMIN).pin(run, stays=stays)
    assert server.store.pinned(run) is stays


def test_what_waits_or_trains_stays_and_counts_as_expected(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DISK_VISITOR_MB", "10")
    monkeypatch.setenv("HARMONY_DISK_MB", "10")
    anna = server.enter(ANNA)
    waits = anna.start(LARGE).id
    with pytest.raises(RunError, match="pinned, train or belong to a class"):
        anna.start(LARGE)
    assert server.store.ids() == [waits]
    server.queue.stop(waits)
    other = anna.start(LARGE).id  # the first one wrote next to nothing
    assert set(server.store.ids()) == {waits, other}


def test_one_that_can_never_fit_is_refused_and_nothing_goes(server: Server) -> None:
    run = server.ended(ANNA)
    with pytest.raises(RunError, match=r"at most 3\.0 MB, .* Choose fewer epochs"):
        server.enter(ANNA).start(LARGE)
    assert server.store.ids() == [run]


def test_runs_of_a_class_stay_while_it_may_be_open(server: Server) -> None:
    of_class = server.ended(ANNA, 1, class_code="KITE-MAPLE-07")
    old = server.ended(ANNA, 2, class_code="KITE-MAPLE-08")
    server.store.save(server.store.get(old).replace(created="2026-01-01T00:00:00.000Z"))
    server.ended(ANNA, 3)
    server.enter(ANNA).start(SMALL)
    assert of_class in server.store.ids()
    assert old not in server.store.ids()


def test_the_bin_counts_and_is_emptied_first(server: Server) -> None:
    kept, deleted = server.ended(ANNA, 1), server.ended(ANNA, 2, "Deleted", mb=1.5)
    anna = server.enter(ANNA)
    anna.delete(deleted)
    assert anna.disk() == (pytest.approx(2.5 * MB, rel=0.05), 3 * MB)
    server.ended(ANNA, 3)
    assert anna.room_ahead(SMALL).goes == []  # it was deleted before
    anna.start(SMALL)
    assert anna.deleted() == Bin(server.store).list() == []
    assert kept in server.store.ids()
    assert [(one.title, one.binned) for one in anna.went()] == [("Deleted", True)]


def test_the_operators_neither_count_nor_go(server: Server) -> None:
    solo = Visitor(SOLO_VISITOR, shared=False)
    runs = [server.ended(solo, day, mb=4) for day in (1, 2)]
    server.enter(ANNA).start(SMALL)
    assert set(runs) < set(server.store.ids())


def test_solo_mode_has_no_budget(server: Server) -> None:
    solo = server.enter(Visitor(SOLO_VISITOR, shared=False))
    runs = {server.ended(ANNA, day) for day in range(1, 7)}
    assert solo.room_ahead(SMALL).goes == []
    assert solo.disk() is None
    solo.start(SMALL)
    assert runs < set(server.store.ids())


def test_room_is_made_for_what_an_experiment_wrote_in_the_end(server: Server) -> None:
    old, young = server.ended(ANNA, 1), server.ended(ANNA, 2)
    heavy = server.ended(ANNA, 3, mb=1.5)
    budget = DiskBudget(server.store, quotas())
    budget.settle(heavy)
    assert set(server.store.ids()) == {young, heavy}
    assert [one.id for one in gone(server.store.root)] == [old]
    alone = server.ended(ANNA, 4, mb=4)
    server.enter(ANNA).pin(young, stays=True)
    budget.settle(alone)  # what has just ended is not lost at once
    assert set(server.store.ids()) == {young, alone}


def test_an_administrator_who_goes_beyond_the_limits_takes_nothing_from_others(
    server: Server,
) -> None:
    runs = {server.ended(visitor, 1, mb=2) for visitor in (ANNA, BEN)}
    server.enter(ADMIN).start(LARGE)
    assert runs < set(server.store.ids())


def test_a_resumed_one_does_not_go_for_itself(server: Server) -> None:
    stopped, other = server.ended(ANNA, 1, mb=2), server.ended(ANNA, 2, mb=2)
    server.enter(ANNA).resume(stopped)
    assert server.store.ids() == [stopped]
    assert [one.id for one in server.enter(ANNA).went()] == [other]


def test_an_unreadable_one_takes_room_too(server: Server) -> None:
    broken = server.ended(ANNA, 1, mb=2)
    for name in ("record.json", "config.json"):
        (server.store.folder(broken) / name).write_text("{")
    assert server.enter(ANNA).disk() == (pytest.approx(2 * MB, rel=0.05), 3 * MB)


@pytest.mark.parametrize("content", ["", "[1]", '[{"id": 1}]', "{"])
def test_a_damaged_list_of_what_went_is_begun_again(server: Server, content: str) -> None:
    for day in (1, 2, 3):
        server.ended(ANNA, day)
    (server.store.root / ".made-room.json").write_text(content)
    assert server.enter(ANNA).went() == []
    server.enter(ANNA).start(SMALL)
    assert len(server.enter(ANNA).went()) == 1
