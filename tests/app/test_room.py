"""Two visitors of a shared server that is short of disk or of classes, by their controls."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.config import ExperimentConfig
from harmony_core.quotas import MB
from harmony_core.runs.store import RunStore
from harmony_core.serving.expected_size import expected_bytes
from pages._learn.class_seat import classroom

from .conftest import Be, FakeQueue, Open, finished, own, texts

ANNA, BEN = "a" * 32, "b" * 32


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for the default experiment and nothing beside it."""
    room = expected_bytes(ExperimentConfig()) / MB + 0.01
    monkeypatch.setenv("HARMONY_DISK_VISITOR_MB", f"{room}")


def said(at: AppTest) -> str:
    boxes = [box.value for kind in (at.info, at.error, at.toast) for box in kind]
    return "\n".join([texts(at), *boxes])


@pytest.mark.usefixtures("little")
def test_what_goes_is_said_before_and_after(
    open_page: Open, store: RunStore, queue: FakeQueue, be: Be
) -> None:
    hers, his = own(store, finished(store), ANNA), own(store, finished(store), BEN)
    be(ANNA)
    at = open_page()
    assert f"Train deletes your oldest experiment for good: “Checkerboard, {hers[-4:]}”" in said(at)
    at.button(key="train").click().run()
    assert not at.exception
    assert store.ids() == sorted([his, *queue.submitted], reverse=True)
    assert (
        f"One experiment of yours was deleted for good to make room: “Checkerboard, {hers[-4:]}"
        in said(at)
    )
    at.button(key="room-understood").click().run()
    assert "to make room" not in said(at)
    be(BEN)
    assert "of yours was deleted" not in said(open_page())


@pytest.mark.usefixtures("little")
def test_pinned_in_recent_it_stays_and_the_start_is_refused(
    open_page: Open, store: RunStore, queue: FakeQueue, be: Be
) -> None:
    run = own(store, finished(store), ANNA)
    be(ANNA)
    at = open_page()
    at.toggle(key=f"pin-{run}").set_value(True).run()
    assert store.pinned(run)
    assert ":material/keep: Pinned" in at.button(key=f"open-{run}").label
    assert "To make room" not in said(at)
    assert "Unpin or delete some of them in Recent" in texts(at)  # before it is tried
    at.button(key="train").click().run()
    assert not at.exception
    assert "Unpin or delete some of them in Recent" in at.error[0].value
    assert store.ids() == [run]
    assert queue.submitted == []
    at.toggle(key=f"pin-{run}").set_value(False).run()
    at.button(key="train").click().run()
    assert run not in store.ids()


def test_recent_says_what_is_taken(open_page: Open, store: RunStore, be: Be) -> None:
    run = own(store, finished(store), ANNA)
    with (store.folder(run) / "large").open("wb") as file:
        file.truncate(7 * MB)
    be(ANNA)
    assert "Your experiments take 7 of 1,000 MB" in said(open_page())


def test_solo_mode_has_neither_pins_nor_a_budget(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_MODE", "solo")
    run = finished(store)
    store.pin(run, stays=True)
    at = open_page()
    assert not [toggle for toggle in at.toggle if toggle.label == "Pinned"]
    assert "Pinned" not in at.button(key=f"open-{run}").label
    assert "Your experiments take" not in said(at)


def test_one_visitor_does_not_use_up_the_classes(
    open_page: Open, be: Be, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_OPEN_CLASSES", "1")
    classroom.clear()
    be(ANNA)
    open_page("teach").button(key="teach-open").click().run()
    (hers,) = classroom().opened()
    desk = open_page("teach")  # without the link
    desk.button(key="teach-open").click().run()
    assert "at most 1 of your classes to be open" in said(desk)
    be(BEN)
    other = open_page("teach")
    assert f"teach-lead-{hers.code}" not in [button.key for button in other.button]
    other.button(key="teach-open").click().run()
    assert len(classroom().opened()) == 2
    be(ANNA)
    desk.button(key=f"teach-lead-{hers.code}").click().run()
    assert not desk.exception
    assert f"class={hers.code}" in "".join(code.value for code in desk.code)
    query = {key: desk.query_params[key] for key in ("class", "key")}
    be(BEN)  # the key opens the class on another device
    assert "0 joined" in said(open_page("teach", **query))
