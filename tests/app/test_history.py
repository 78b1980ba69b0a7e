"""Recent experiments: open, rename, delete, and many of them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

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


def opened(at: AppTest) -> list[str]:
    return [str(b.key).removeprefix("open-") for b in at.button if str(b.key).startswith("open-")]


def test_the_newest_come_first_and_more_on_demand(open_page: Open, store: RunStore) -> None:
    runs = sorted(finished(store, epochs=1) for _ in range(15))
    at = open_page()
    assert opened(at) == list(reversed(runs[3:]))
    at.button(key="history-more").click().run()
    assert opened(at) == list(reversed(runs))


def test_own_experiments_come_first(open_page: Open, queue: FakeQueue, store: RunStore) -> None:
    at = open_page()
    at.button(key="train").click().run()
    (own,) = queue.submitted
    later = finished(store)
    assert opened(at.run()) == [own, later]


def test_experiments_are_found_by_title_data_and_method(open_page: Open, store: RunStore) -> None:
    first, second = finished(store), finished(store)
    store.rename(first, "For Tuesday")
    at = open_page()
    for words, runs in (
        ("tuesday", [first]),
        ("checkerboard harmonized", sorted([first, second], reverse=True)),
        ("tuesday focal", []),
    ):
        at.text_input(key="history-find").set_value(words).run()
        assert opened(at) == runs


def test_a_row_says_the_score_of_each_method(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    label = open_page().button(key=f"open-{run}").label
    assert "Harmonized 86.7\xa0%, Cross\\-entropy 80.0\xa0%" in label
    assert run[-4:] in label  # tells apart what has the same title and scores


def test_two_chosen_experiments_are_compared(open_page: Open, store: RunStore) -> None:
    runs = sorted([finished(store), finished(store)], reverse=True)
    at = open_page()
    for run in runs:
        at.checkbox(key=f"compare-{run}").check()
    at.run()
    (link,) = [one for one in at.get("page_link") if one.proto.page == "compare"]
    assert link.proto.query_string == f"a={runs[0]}&b={runs[1]}"


def test_an_unreadable_record_does_not_hide_the_others(open_page: Open, store: RunStore) -> None:
    good, bad = finished(store), finished(store)
    for name in ("record.json", "config.json"):
        (store.root / bad / name).write_text("{")
    at = open_page()
    assert not at.exception
    assert at.button(key=f"open-{good}")
    assert any(bad in caption.value for caption in at.caption)
