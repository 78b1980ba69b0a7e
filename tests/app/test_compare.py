"""Two experiments side by side: scores, recalls, what differs, and whether they are paired."""

from __future__ import annotations

from harmony_core.runs.store import RunStore

from .conftest import Open, finished, texts


def test_scores_recalls_and_settings(open_page: Open, store: RunStore) -> None:
    a, b = finished(store, epochs=2), finished(store, epochs=3)
    at = open_page("compare", a=a, b=b)
    assert not at.exception
    said = texts(at)
    assert "<td>80.0</td>" in said
    assert "<td>86.7</td>" in said
    assert "<td>2</td><td>3</td>" in said
    assert at.info[0].value.startswith("Both were tested on the same samples")
    links = [link.proto for link in at.get("page_link") if link.proto.page == "arena"]
    assert [link.query_string for link in links] == [f"run={a}", f"run={b}"]


def test_other_repeats_are_not_paired(open_page: Open, store: RunStore) -> None:
    at = open_page("compare", a=finished(store), b=finished(store, repeats=2))
    assert "tested on different samples" in at.info[0].value


def test_a_choice_changes_the_address(open_page: Open, store: RunStore) -> None:
    a, b = finished(store), finished(store)
    at = open_page("compare", a=a)
    assert "Choose two" in at.info[0].value
    at.selectbox(key="compare-b").set_value(b).run()
    assert at.query_params["b"] in (b, [b])
    assert not at.exception


def test_somebody_without_experiments_is_told_where_to_train_some(open_page: Open) -> None:
    at = open_page("compare")
    assert not at.exception
    assert "Train some in the Arena" in at.info[0].value
    assert [link.proto.page for link in at.get("page_link")] == ["arena"]


def test_an_experiment_that_is_not_here_is_said(open_page: Open, store: RunStore) -> None:
    at = open_page("compare", a=finished(store), b="20260101-000000-abcd")
    assert any("not on this server" in info.value for info in at.info)
