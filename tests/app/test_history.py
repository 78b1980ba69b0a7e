"""Recent experiments: open, rename, delete, and many of them."""

from __future__ import annotations

import pytest

from harmony_core.runs.store import RunStore

from .conftest import FakeQueue, Open, finished


def test_an_entry_opens_its_run(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page(data="rings")
    at.button(key=f"open-{run}").click().run()
    assert not at.exception
    assert at.query_params["run"] in (run, [run])
    assert at.query_params["data"] in ("checkerboard", ["checkerboard"])


def test_a_run_is_renamed(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page()
    at.text_input(key=f"title-{run}").set_value("For Tuesday").run()
    assert store.get(run).title == "For Tuesday"
    assert "For Tuesday" in at.button(key=f"open-{run}").label


def test_a_run_is_deleted_after_a_confirmation(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page(run=run)
    assert at.button(key=f"delete-{run}").disabled
    at.checkbox(key=f"sure-{run}").check().run()
    at.button(key=f"delete-{run}").click().run()
    assert not at.exception
    assert store.ids() == []
    assert "run" not in at.query_params


def test_a_running_experiment_is_not_deleted(open_page: Open, queue: FakeQueue) -> None:
    at = open_page()
    at.button(key="train").click().run()
    keys = [button.key for button in at.button]
    assert f"open-{queue.submitted[0]}" in keys
    assert f"delete-{queue.submitted[0]}" not in keys


def test_titles_are_not_markup(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    store.rename(run, "**bold** :red[x] [a](http://b)")
    label = open_page().button(key=f"open-{run}").label
    assert "\\*\\*bold" in label
    assert "\\[a\\]" in label


def test_only_the_newest_have_a_button(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = sorted(finished(store, epochs=1) for _ in range(15))
    at = open_page()
    opened = [str(b.key) for b in at.button if str(b.key).startswith("open-")]
    assert opened == [f"open-{run}" for run in reversed(runs[3:])]
    at.selectbox(key="history-older").set_value(runs[0]).run()
    assert at.query_params["run"] in (runs[0], [runs[0]])


def test_an_unreadable_record_does_not_hide_the_others(open_page: Open, store: RunStore) -> None:
    good, bad = finished(store), finished(store)
    (store.root / bad / "record.json").write_text("{")
    at = open_page()
    assert not at.exception
    assert at.button(key=f"open-{good}")
    assert any(bad in caption.value for caption in at.caption)
