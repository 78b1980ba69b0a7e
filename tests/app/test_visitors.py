"""Two visitors of a shared server, told apart by their cookies: pages, links, stale events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import to_query
from harmony_core.runs.store import RunStore
from harmony_core.serving.owners import Visitor, visitor_of
from harmony_core.serving.upload_owners import keep_upload

from .conftest import Be, FakeQueue, Open, finished, own, texts

ANNA, BEN = "a" * 32, "b" * 32


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def press(module: str, name: str, *arguments: Any, **state: Any) -> AppTest:
    """Run a callback of a page as a stale button would, in a session with the visitor's cookie."""

    def script(
        module: str, name: str, arguments: tuple[object, ...], state: dict[str, object]
    ) -> None:
        import importlib

        import streamlit as st

        st.session_state.update(state)
        getattr(importlib.import_module(module), name)(*arguments)

    stale = AppTest.from_function(
        script,
        kwargs={"module": module, "name": name, "arguments": arguments, "state": state},
        default_timeout=20,
    )
    return stale.run()


def test_recent_lists_ones_own(open_page: Open, store: RunStore, be: Be) -> None:
    hers, his = own(store, finished(store), ANNA), own(store, finished(store), BEN)
    operators = finished(store)
    for token, mine in ((ANNA, hers), (BEN, his)):
        be(token)
        keys = [button.key for button in open_page().button]
        assert [run for run in (hers, his, operators) if f"open-{run}" in keys] == [mine]


def test_a_browser_without_a_token_sees_no_experiment(
    open_page: Open, store: RunStore, be: Be
) -> None:
    own(store, finished(store), ANNA)
    be("")
    assert "No experiment yet" in texts(open_page())


def test_a_link_opens_anothers_run_to_look_at(
    open_page: Open, store: RunStore, queue: FakeQueue, be: Be
) -> None:
    run = own(store, finished(store, state="stopped"), ANNA)
    be(BEN)
    at = open_page(run=run)
    assert not at.exception
    assert any("not yours" in info.value for info in at.info)
    assert "Train" in labels(at)
    assert not {"Resume", "Try again", "Apply the steps"} & set(labels(at))
    assert not [toggle for toggle in at.toggle if toggle.label == "Paint"]
    be(ANNA)
    at = open_page(run=run)
    assert "Resume" in labels(at)
    assert [toggle for toggle in at.toggle if toggle.label == "Paint"]


def test_training_beside_anothers_run_makes_one_of_ones_own(
    open_page: Open, store: RunStore, queue: FakeQueue, be: Be
) -> None:
    run = own(store, finished(store), ANNA)
    be(BEN)
    open_page(run=run).button(key="train").click().run()
    (started,) = queue.submitted
    assert store.owner(started) == visitor_of(BEN)
    assert store.get(started).config.data == store.get(run).config.data


@pytest.mark.parametrize(
    ("module", "name", "state"),
    [
        ("pages._arena.page", "_stop", {"draft run": "RUN"}),
        ("pages._arena.page", "_resume", {"draft run": "RUN"}),
        ("pages._arena.recent", "_rename", {"title-RUN": "Mine"}),
        ("pages._arena.recent", "_delete", {}),
    ],
)
def test_a_stale_button_changes_nothing_of_anothers(
    store: RunStore, queue: FakeQueue, be: Be, module: str, name: str, state: dict[str, str]
) -> None:
    run = own(store, finished(store, state="stopped"), ANNA)
    state = {key.replace("RUN", run): value.replace("RUN", run) for key, value in state.items()}
    arguments = (run,) if "recent" in module else ()
    before = store.get(run)
    be(BEN)
    at = press(module, name, *arguments, **state)
    assert not at.exception
    assert ["of your own" in toast.value for toast in at.toast] == [True]
    assert store.get(run) == before
    assert queue.submitted == queue.stopped == []
    be(ANNA)
    at = press(module, name, *arguments, **state)
    assert not at.toast


def test_painted_points_of_a_component_event_are_refused(
    store: RunStore, queue: FakeQueue, be: Be
) -> None:
    run = own(store, finished(store), ANNA)

    def event(run: str) -> None:
        from types import SimpleNamespace

        from pages._experiment.paint import retrain
        from pages._shared.backend import store
        from pages._shared.messages import messages

        painted = SimpleNamespace(painted=[(0, 0.1, 0.2), (1, -0.3, 0.4)])
        with messages():
            retrain(store().get(run).config, painted, run)  # type: ignore[arg-type]

    be(BEN)
    at = AppTest.from_function(event, kwargs={"run": run}, default_timeout=20).run()
    assert "of your own to paint in" in at.error[0].value
    assert queue.submitted == []


def test_training_again_with_features_is_refused(store: RunStore, queue: FakeQueue, be: Be) -> None:
    run = own(store, finished(store), ANNA)
    be(BEN)
    for module, name in (
        ("pages._embedding.page", "_train_with_features"),
        ("pages._embedding.seed_noise", "_train_twice"),
    ):
        at = press(module, name, store.get(run))
        assert "of your own to train again" in at.toast[0].value
    assert queue.submitted == []


def test_two_are_compared_from_ones_own_and_the_link(
    open_page: Open, store: RunStore, be: Be
) -> None:
    hers, his = own(store, finished(store), ANNA), own(store, finished(store), BEN)
    third = own(store, finished(store), ANNA)
    be(BEN)
    at = open_page("compare", a=his, b=hers)
    assert not at.exception
    offered = {option for box in at.selectbox for option in box.options}
    assert any(third[-4:] in option for option in offered) is False
    assert at.selectbox(key="compare-b").value == hers


def test_the_hash_of_anothers_upload_in_a_link_opens_nothing(
    open_page: Open, queue: FakeQueue, be: Be, tmp_path: Path
) -> None:
    source = keep_upload(b"a,b\n1,2\n", 100, Visitor(visitor_of(ANNA), shared=True))
    config = complete(ExperimentConfig(DataConfig("table", {"source": source}, profile="as_is")))
    be(BEN)
    at = open_page(**to_query(config))
    assert "Expected data that you have uploaded" in at.error[0].value
    assert at.button(key="train").disabled
    be(ANNA)
    assert not open_page(**to_query(config)).button(key="train").disabled


def test_a_visitor_is_told_that_a_file_goes_to_the_server(open_page: Open, be: Be) -> None:
    be(ANNA)
    said = texts(open_page("inspect_data"))
    assert "The file goes to this server and nowhere else" in said
    assert "this machine" not in said
