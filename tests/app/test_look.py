"""What a look at a training takes in: nothing is lost, and the reader comes before new frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore
from pages._experiment import below_the_view as sections
from pages._experiment import frame_polling as look
from pages._experiment.frame_polling import new_frames, whole_page
from pages._shared import lockstep_view as view

from .conftest import FakeQueue, Open, finished, frame

VIEW = "arena-run"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(look.st, "session_state", kept)
    return kept


@pytest.fixture
def training(store: RunStore, queue: FakeQueue) -> Iterator[ExperimentRecord]:
    """One that trains, with epochs 0 to 4 recorded so far."""
    run = finished(store, state="queued", epochs=4)
    queue.submit(run)
    yield replace(store.get(run), state="running")
    queue.release()


def epochs(record: ExperimentRecord, since: int) -> list[int]:
    return [frames[0].epoch for frames in new_frames(record, 0, VIEW, since)]


def test_the_timer_gets_all_that_is_new(state: dict[str, Any], training: ExperimentRecord) -> None:
    assert epochs(training, -1) == [0, 1, 2, 3, 4]
    assert epochs(training, 2) == [3, 4]
    assert epochs(training, 4) == []


def test_a_run_of_the_page_leaves_frames_to_the_timer_but_not_for_long(
    state: dict[str, Any], training: ExperimentRecord
) -> None:
    epochs(training, -1)
    with whole_page():
        assert epochs(training, 2) == []
        assert epochs(training, -1) == [0, 1, 2, 3, 4]
        state[look._LAST] = (VIEW, float("-inf"))
        assert epochs(training, 2) == [3, 4]
        assert epochs(training, 2) == []
        state[look._LAST] = ("another view", state[look._LAST][1])
        assert epochs(training, 2) == [3, 4]
    assert epochs(training, 2) == [3, 4]


def test_a_run_of_the_page_after_the_end_gets_the_rest(
    state: dict[str, Any], training: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs(training, -1)
    monkeypatch.setattr(look, "READING", -1.0)
    with whole_page():
        assert epochs(replace(training, state="done"), 1) == [2, 3, 4]


def test_a_look_that_takes_long_leaves_the_rest_to_the_next(
    state: dict[str, Any], training: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "READING", -1.0)
    seen: list[int] = []
    while new := epochs(training, max(seen, default=-1)):
        assert len(new) == 1
        seen += new
    assert seen == [0, 1, 2, 3, 4]


def test_what_may_be_lost_is_sent_again(state: dict[str, Any]) -> None:
    state[view._slot("view")] = ("run", 7)
    view.take_back("view", "another run", 3)
    assert view.sent_until("view", "run") == 7
    view.take_back("view", "run", 9)
    assert view.sent_until("view", "run") == 7
    view.take_back("view", "run", 3)
    assert view.sent_until("view", "run") == 3
    view.take_back("view", "run", -1)
    assert view.sent_until("view", "run") == -1


@pytest.mark.parametrize(
    ("need", "left"),
    [({"run": "run", "since": 3}, 3), ({"run": "run", "since": -1}, -1), (None, -1), (5, -1),
     ({"run": "other", "since": 3}, 7), ({"run": "run", "since": "x"}, -1)],
)  # fmt: skip
def test_a_view_says_after_which_epoch_it_lacks_something(
    state: dict[str, Any], need: object, left: int
) -> None:
    state[view._slot("view")] = ("run", 7)
    state["view"] = {"need": need}
    view._needed("view")
    assert view.sent_until("view", "run") == left


def test_a_page_that_saw_the_training_shows_its_last_epoch(
    store: RunStore, queue: FakeQueue, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "OVERDUE", float("inf"))
    run = finished(store, state="queued", epochs=2)
    queue.submit(run)
    store.save(store.get(run).replace(state="running", epoch=2))
    at = open_page(run=run)
    assert not at.exception
    assert at.session_state[view._slot(f"arena-{run}")] == (f"{run}.0", 2)
    store.save_frames(run, 0, 3, [frame(m, 0, 3) for m in range(2)])
    at.run()
    assert at.session_state[view._slot(f"arena-{run}")][1] == 2  # the timer's, which comes soon
    store.save(store.get(run).replace(state="done", epoch=3))
    queue.release()
    at.run()
    assert at.session_state[view._slot(f"arena-{run}")][1] == 3


def test_what_stands_beside_stays_at_its_epoch_for_a_while(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "HOLD", float("inf"))
    assert [sections._held("run.0", newest) for newest in (3, 5)] == [3, 3]
    assert sections._held("run.1", 5) == 5
    assert sections._held("run.1", 2) == 2  # trained anew
    monkeypatch.setattr(sections, "HOLD", -1.0)
    assert sections._held("run.1", 9) == 9
