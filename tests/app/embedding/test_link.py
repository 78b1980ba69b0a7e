"""What the link says of a map, and what it may not say."""

from __future__ import annotations

import pytest

from harmony_core.runs.embedding.process import Drawing
from tests.app.conftest import Open, texts
from tests.app.embedding.recorded import (
    errors,
    figure,
    query,
)


def test_the_epoch_goes_into_the_link(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run, epoch="1")
    assert "How far each map can be trusted, epoch 1" in texts(at)
    at.select_slider(key="emb-epoch").set_value(0).run()
    assert query(at, "epoch") == "0"
    assert "How far each map can be trusted, epoch 0" in texts(at)


def test_the_link_holds_what_is_not_as_usual(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    assert set(at.query_params) == {"run"}
    at.segmented_control(key="emb-layout").set_value("pca").run()
    at.selectbox(key="emb-colour").set_value("g").run()
    at.selectbox(key="emb-since").set_value("first").run()
    at.multiselect(key=f"emb-find-{run}").set_value([1]).run()
    at.button_group(key=f"emb-methods-{run}").set_value([1]).run()
    at.button_group(key=f"emb-repeat-{run}").set_value(1).run()
    at.selectbox(key="emb-pick").set_value("Class C").run()
    link = {key: query(at, key) for key in at.query_params}
    assert link.pop("chosen")
    assert link == {
        "run": run, "map": "pca", "colour": "g", "since": "first", "find": "1", "show": "1",
        "repeat": "2",
    }  # fmt: skip
    assert not at.exception
    again = open_page("embedding", **{key: query(at, key) for key in at.query_params})
    assert not again.exception
    assert not again.error
    assert figure(again) == figure(at)
    assert {key: query(again, key) for key in again.query_params} == {
        key: query(at, key) for key in at.query_params
    }
    assert 'data-chosen="12"' in texts(again)
    again.button(key="emb-clear").click().run()
    assert "chosen" not in again.query_params


def test_settings_of_a_link_reach_their_controls(
    open_page: Open, run: str, started: list[Drawing]
) -> None:
    at = open_page("embedding", run=run, map="k30_d0.25_l0_cosine_s7")
    assert at.slider(key="emb-n_neighbors").value == 30
    assert at.slider(key="emb-min_dist").value == 0.25
    assert at.toggle(key="emb-alone").value
    assert at.selectbox(key="emb-metric").value == "cosine"
    assert at.number_input(key="emb-seed").value == 7
    assert "no pictures with these settings yet" in texts(at)
    at.slider(key="emb-n_neighbors").set_value(15).run()
    assert query(at, "map") == "d0.25_l0_cosine_s7"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("map", "k999", "n_neighbors"),
        ("map", "tsne", "an example is k30"),
        ("colour", "blue", "expected class, group, correct, g, weight"),
        ("since", "1", "expected before, first, none"),
        ("show", "5", "expected numbers of methods from 0 to 1"),
        ("find", "x", "expected numbers of classes from 0 to 2"),
        ("chosen", "AAAA", "choose them again"),
        ("repeat", "3", "expected a repeat from 1 to 2 in the link, but got 3"),
    ],
)
def test_a_wrong_link_is_refused_in_words_and_the_rest_is_as_usual(
    open_page: Open, run: str, key: str, value: str, told: str
) -> None:
    at = open_page("embedding", run=run, **{key: value})
    assert not at.exception
    assert told in errors(at).lower().replace("\\", "")
    assert len(at.get("plotly_chart")) == 1
    assert key not in at.query_params
    at.selectbox(key="emb-colour").set_value("correct").run()
    assert not at.error
