"""The administrator's page: the secret, the announcement, stop and delete."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.quotas import MB, quotas
from harmony_core.runs.store import RunStore
from harmony_core.serving.announcement import announcement
from harmony_core.serving.disk_budget import DiskBudget
from pages._learn.class_seat import classroom

from .conftest import FakeQueue, Open, finished, texts

SECRET = "sixteen letters!"
ANNA = "a" * 32


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_MODE", "shared")
    monkeypatch.setenv("HARMONY_ADMIN_SECRET", SECRET)


def enter(open_page: Open, secret: str = SECRET) -> AppTest:
    at = open_page("admin")
    at.text_input(key="admin-secret").set_value(secret)
    at.button[0].click()
    return at.run()


def theirs(store: RunStore, state: str = "done") -> str:
    run = finished(store, state=state)
    (store.folder(run) / "owner").write_text(ANNA)
    return run


def test_a_wrong_secret_shows_nothing(open_page: Open, store: RunStore) -> None:
    theirs(store)
    at = enter(open_page, "a guess")
    assert not at.exception
    assert "Expected the administrator" in at.toast[0].value
    assert ANNA[:8] not in texts(at)
    assert "Who uses what" not in [header.value for header in at.header]


def test_without_a_secret_there_is_no_way_in(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARMONY_ADMIN_SECRET")
    at = open_page("admin")
    assert "at least 16 characters" in at.info[0].value
    assert not at.text_input


def test_the_administrator_deletes_and_announces(open_page: Open, store: RunStore) -> None:
    run = theirs(store)
    at = enter(open_page)
    assert "Who uses what" in [header.value for header in at.header]
    assert ANNA[:8] in texts(at)
    assert ANNA not in texts(at)
    at.text_input(key="admin-announcement").set_value("Restart at *noon*")
    next(button for button in at.button if button.label == "Announce").click()
    at.run()
    assert announcement(store.root) == "Restart at *noon*"
    assert r"Restart at \*noon\*" in open_page("glossary").info[0].value
    at.button(key="admin-withdraw").click().run()
    assert announcement(store.root) == ""
    at.button(key=f"admin-delete-{run}").click().run()
    assert not at.exception
    assert store.ids() == []


def test_the_administrator_stops(open_page: Open, store: RunStore, queue: FakeQueue) -> None:
    run = theirs(store)
    queue.submit(run)
    at = enter(open_page)
    at.button(key=f"admin-stop-{run}").click().run()
    assert queue.stopped == [run]


@pytest.mark.parametrize(
    ("module", "name"),
    [("page", "_announce"), ("page", "_delete"), ("page", "_pin"), ("classes", "_end")],
)
def test_a_stale_button_does_nothing_for_others(
    open_page: Open, store: RunStore, queue: FakeQueue, module: str, name: str
) -> None:
    run = theirs(store)
    code, _ = classroom().open(ANNA)

    def script(module: str, name: str, arguments: tuple[object, ...]) -> None:
        import importlib

        getattr(importlib.import_module(f"pages._admin.{module}"), name)(*arguments)

    arguments = {"_announce": (), "_delete": (run,), "_pin": (run, True), "_end": (code,)}[name]
    kwargs = {"module": module, "name": name, "arguments": arguments}
    at = AppTest.from_function(script, kwargs=kwargs, default_timeout=20).run()
    assert "Expected the administrator" in at.toast[0].value
    assert store.ids() == [run]
    assert not store.pinned(run)
    assert classroom().is_open(code)


def test_the_administrator_ends_a_class(open_page: Open) -> None:
    classroom.clear()
    code, _ = classroom().open(ANNA)
    classroom().join(code, "a browser")
    at = enter(open_page)
    assert f"{code}  \n:small[one student, opened" in texts(at)
    assert f"ago by {ANNA[:8]}" in texts(at)
    at.button(key=f"admin-end-{code}").click().run()
    assert not at.exception
    assert not classroom().is_open(code)
    assert "No class is open" in texts(at)


def test_the_administrator_pins_and_sees_what_went(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, run = theirs(store), theirs(store)
    monkeypatch.setenv("HARMONY_DISK_VISITOR_MB", "0.02")
    assert store.size(old) > 0.01 * MB
    DiskBudget(store, quotas()).settle(run)
    at = enter(open_page)
    assert "Deleted to make room (1)" in [box.label for box in at.expander]
    assert f"Checkerboard, {old[-4:]}" in texts(at)
    at.button(key=f"admin-pin-{run}").click().run()
    assert store.pinned(run)
    at.button(key=f"admin-pin-{run}").click().run()
    assert not store.pinned(run)
    assert not at.exception
