"""What a visitor sees first; panel, picture and address name one experiment."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, ModelConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.experiments.surprise import METHODS, surprise
from harmony_core.runs.store import RunStore
from harmony_core.viewer.payload import Payload
from pages._arena import arrival
from pages._experiment import live, paint, picture
from pages._session import recording
from pages._session.lockstep_view import ViewState

from .conftest import FakeQueue, Open, finished, texts
from .test_arena import linked, run_in

QUICK = arrival.QUICK
Shown = list[dict[str, Any]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What the view was given, in order."""
    calls: Shown = []

    def view(payload: Payload, key: str, **options: Any) -> ViewState:
        calls.append({"run": payload.meta["run"], "key": key, **options})
        return ViewState()

    for module in (live, picture, paint):
        monkeypatch.setattr(module, "lockstep_view", view)
    return calls


def small(name: str = "moons") -> ExperimentConfig:
    return ExperimentConfig(DataConfig(name, {"n_max": 50}, 10.0), epochs=5)


def test_a_newcomer_sees_a_recorded_run_move(open_page: Open, shown: Shown) -> None:
    at = open_page()
    assert 'data-run-state="recorded"' in texts(at)
    assert shown[-1]["autoplay"]
    assert not shown[-1]["veil"]


def test_the_recording_is_dimmed_when_its_settings_change(open_page: Open, shown: Shown) -> None:
    at = open_page()
    at.select_slider(key="arena-epochs").set_value(20).run()
    assert shown[-1]["veil"] == live.CHANGED
    at.select_slider(key="arena-epochs").set_value(60).run()
    assert not shown[-1]["veil"]


def test_the_recording_stays_until_the_first_epoch(
    open_page: Open, shown: Shown, queue: FakeQueue
) -> None:
    at = open_page()
    at.button(key="train").click().run()
    assert len(queue.submitted) == 1
    assert shown[-1]["run"] == shown[0]["run"]
    assert shown[-1]["key"] == shown[0]["key"]
    assert shown[-1]["veil"] == picture.WAITING


def test_a_changed_setting_dims_the_run_and_leaves_the_address(
    open_page: Open, store: RunStore, shown: Shown
) -> None:
    run = finished(store)
    at = open_page(run=run)
    assert not shown[-1]["veil"]
    assert run_in(at) == run
    at.radio(key="arena-scenario-points").set_value("moons").run()
    assert shown[-1]["run"].startswith(run)
    assert shown[-1]["veil"] == live.CHANGED
    assert "run" not in at.query_params
    assert linked(at).data.name == "moons"
    at.radio(key="arena-scenario-points").set_value("checkerboard").run()
    assert not shown[-1]["veil"]
    assert run_in(at) == run


def test_the_board_opens_when_painted_is_chosen(
    open_page: Open, store: RunStore, shown: Shown
) -> None:
    at = open_page(run=finished(store))
    at.radio(key="arena-scenario-points").set_value("painted").run()
    assert shown[-1]["paint"]
    assert 'data-run-state="done"' not in texts(at)


def test_a_link_with_settings_trains_once_in_a_visit(
    open_page: Open, queue: FakeQueue, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = open_page()
    monkeypatch.setattr(arrival, "QUICK", QUICK)
    at.query_params.clear()
    at.query_params["data"] = "moons"
    at.run()
    (run,) = queue.submitted
    assert run_in(at) == run
    assert store.get(run).config.data.name == "moons"
    at.query_params.clear()
    at.query_params["data"] = "moons"
    at.run()
    assert queue.submitted == [run]


def test_a_link_to_a_run_elsewhere_trains_its_settings(
    open_page: Open, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = open_page()
    monkeypatch.setattr(arrival, "QUICK", QUICK)
    at.query_params["data"] = "rings"
    at.query_params["run"] = "20260101-000000-abcd"
    at.run()
    assert not at.error
    (run,) = queue.submitted
    assert run_in(at) == run


@pytest.mark.parametrize(
    "config",
    [
        ExperimentConfig(DataConfig("cifar10-lt")),
        ExperimentConfig(DataConfig("painted", profile="as_is")),
        replace(small(), seeds=Seeds(repeats=10), epochs=1000),
        replace(small(), model=ModelConfig("mlp", {"hidden": 512})),
    ],
)
def test_what_takes_long_or_is_not_painted_yet_waits_for_a_click(config: ExperimentConfig) -> None:
    assert arrival.is_quick(small())
    assert not arrival.is_quick(config)


def test_the_recorded_experiment_is_not_trained_on_arrival() -> None:
    recorded = recording.recorded_run(("plane",))
    assert recorded is not None
    assert arrival.is_recorded(ExperimentConfig(), recorded)
    assert not arrival.is_recorded(replace(ExperimentConfig(), epochs=61), recorded)


def test_surprises_are_quick_and_of_other_data() -> None:
    draw, before = random.Random(1), ExperimentConfig()
    seen = set()
    for _ in range(40):
        config = surprise(draw, before)
        assert config.data.name != before.data.name
        assert len({method.loss for method in config.methods}) == METHODS
        assert arrival.is_quick(config)
        complete(config)
        seen.add((config.data.name, config.data.imbalance_factor))
        before = config
    assert len(seen) > 10


def test_surprise_me_trains_at_once(open_page: Open, queue: FakeQueue, store: RunStore) -> None:
    at = open_page()
    at.button(key="surprise").click().run()
    assert not at.exception
    (run,) = queue.submitted
    assert run_in(at) == run
    assert complete(linked(at)) == store.get(run).config
