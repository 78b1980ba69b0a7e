"""The bin in the sidebar: deleted, restored, and deleted for good."""

from __future__ import annotations

from harmony_core.runs.store import RunStore
from harmony_core.serving.bin import Bin

from .conftest import Open, finished, texts


def test_a_deleted_run_is_restored(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page()
    at.checkbox(key=f"sure-{run}").check().run()
    at.button(key=f"delete-{run}").click().run()
    assert "deleted now" in texts(at)
    at.button(key=f"restore-{run}").click().run()
    assert not at.exception
    assert store.ids() == [run]
    assert not at.button(key=f"open-{run}").disabled
    assert "deleted now" not in texts(at)


def test_a_deleted_run_is_deleted_for_good(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    Bin(store).put(run)
    at = open_page()
    at.button(key=f"remove-{run}").click().run()
    assert not at.exception
    assert Bin(store).list() == []
    assert store.ids() == []
