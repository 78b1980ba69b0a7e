"""What a poll of a training sends: nothing is lost, and the reader comes before new frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore
from pages._experiment import epoch_sections, frame_polling, picture
from pages._experiment.frame_polling import new_frames, whole_page
from pages._session import lockstep_view

from .conftest import FakeQueue, Open, finished, frame

VIEW = "arena-run"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(frame_polling.st, "session_state", kept)
    monkeypatch.setattr(frame_polling, "READING", float("inf"))
    return kept


@pytest.fixture
def training(store: RunStore, queue: FakeQueue) -> Iterator[ExperimentRecord]:
    """One that trains, with epochs 0 to 4 recorded so far."""
    run = finished(store, state="queued", epochs=4)
    queue.submit(run)
    yield replace(store.get(run), state="running")
    queue.release()


def epochs(record: ExperimentRecord, since: int) -> list[int]:
    return [frames[0].epoch for frames in new_frames(record, 0, VIEW, since, ())]


def test_the_timer_gets_all_that_is_new(state: dict[str, Any], training: ExperimentRecord) -> None:
    assert epochs(training, -1) == [0, 1, 2, 3, 4]
    assert epochs(training, 2) == [3, 4]
    assert epochs(training, 4) == []


def test_a_run_of_the_page_leaves_frames_to_the_timer_but_not_for_long(
    state: dict[str, Any], training: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_polling, "OVERDUE", float("inf"))
    epochs(training, -1)
    with whole_page():
        assert epochs(training, 2) == []
        assert epochs(training, -1) == [0, 1, 2, 3, 4]
        monkeypatch.setattr(frame_polling, "OVERDUE", -1.0)
        assert epochs(training, 2) == [3, 4]
        monkeypatch.setattr(frame_polling, "OVERDUE", float("inf"))
        assert epochs(training, 2) == []
        new_frames(training, 0, "another view", -1, ())
        assert epochs(training, 2) == [3, 4]
    assert epochs(training, 2) == [3, 4]


def test_a_run_of_the_page_after_the_end_gets_the_rest(
    state: dict[str, Any], training: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs(training, -1)
    monkeypatch.setattr(frame_polling, "READING", -1.0)
    with whole_page():
        assert epochs(replace(training, state="done"), 1) == [2, 3, 4]


def test_a_look_that_takes_long_leaves_the_rest_to_the_next(
    state: dict[str, Any], training: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_polling, "READING", -1.0)
    seen: list[int] = []
    while new := epochs(training, max(seen, default=-1)):
        assert len(new) == 1
        seen += new
    assert seen == [0, 1, 2, 3, 4]


def test_what_may_be_lost_is_sent_again(state: dict[str, Any]) -> None:
    state[lockstep_view.SENT] = {"view": ("run", 7)}
    lockstep_view.resend_after("view", "another run", 3)
    assert lockstep_view.sent_until("view", "run") == 7
    lockstep_view.resend_after("view", "run", 9)
    assert lockstep_view.sent_until("view", "run") == 7
    lockstep_view.resend_after("view", "run", 3)
    assert lockstep_view.sent_until("view", "run") == 3
    lockstep_view.resend_after("view", "run", -1)
    assert lockstep_view.sent_until("view", "run") == -1


@pytest.mark.parametrize(
    ("need", "left"),
    [({"run": "run", "since": 3}, 3), ({"run": "run", "since": -1}, -1), (None, -1), (5, -1),
     ({"run": "other", "since": 3}, 7), ({"run": "run", "since": "x"}, -1)],
)  # fmt: skip
def test_a_view_says_after_which_epoch_it_lacks_something(
    state: dict[str, Any], need: object, left: int
) -> None:
    state[lockstep_view.SENT] = {"view": ("run", 7)}
    state["view"] = {"need": need}
    lockstep_view.resend_needed("view")
    assert lockstep_view.sent_until("view", "run") == left


def test_a_page_that_saw_the_training_shows_its_last_epoch(
    store: RunStore, queue: FakeQueue, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_polling, "OVERDUE", float("inf"))
    run = finished(store, state="queued", epochs=2)
    queue.submit(run)
    store.save(store.get(run).replace(state="running", epoch=2))
    at = open_page(run=run)
    assert not at.exception
    assert at.session_state[lockstep_view.SENT][picture.VIEW] == (f"{run}.0", 2)
    store.save_frames(run, 0, 3, [frame(m, 0, 3) for m in range(2)])
    at.run()
    # The rest is the timer's, which comes soon.
    assert at.session_state[lockstep_view.SENT][picture.VIEW][1] == 2
    store.save(store.get(run).replace(state="done", epoch=3))
    queue.release()
    at.run()
    assert at.session_state[lockstep_view.SENT][picture.VIEW][1] == 3


def test_microscope_and_sandbox_stay_at_their_epoch_for_a_while(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epoch_sections, "HOLD", float("inf"))
    assert [epoch_sections.steady_epoch("run.0", newest) for newest in (3, 5)] == [3, 3]
    assert epoch_sections.steady_epoch("run.1", 5) == 5
    assert epoch_sections.steady_epoch("run.1", 2) == 2  # trained again
    monkeypatch.setattr(epoch_sections, "HOLD", -1.0)
    assert epoch_sections.steady_epoch("run.1", 9) == 9
