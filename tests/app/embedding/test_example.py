"""What a visitor without an experiment sees under Embedding."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.experiments.link import to_query
from harmony_core.runs.store import RunStore
from pages._session.recording import RECORDINGS
from tests.app.conftest import FakeQueue, Open, texts
from tests.app.embedding.recorded import figure

MOST_BYTES = 400_000


def epoch(at: AppTest) -> str:
    (slider,) = (each for each in at.select_slider if str(each.key).startswith("emb-epoch"))
    return str(slider.value)


def test_a_newcomer_sees_recorded_maps(open_page: Open) -> None:
    at = open_page("embedding")
    assert not at.exception
    assert 'data-run-state="recorded"' in texts(at)
    assert len(json.loads(figure(at))["layout"]["annotations"]) == 3
    assert epoch(at) == "0"
    assert at.button(key="emb-play").label == "Pause"
    assert not at.button(key="train").disabled


def test_their_epoch_can_be_chosen_and_no_link_names_them(open_page: Open) -> None:
    at = open_page("embedding")
    at.button(key="emb-play").click().run()
    at.select_slider(key="emb-epoch").set_value(24).run()
    assert not at.exception
    assert epoch(at) == "24"
    assert at.button(key="emb-play").label == "Play"
    assert "run" not in at.query_params
    at.button(key="emb-play").click().run()
    assert at.button(key="emb-play").label == "Pause"
    assert "run" not in at.query_params


def test_they_play_once_in_a_visit(open_page: Open) -> None:
    at = open_page("embedding")
    at.button(key="emb-play").click().run()
    at.run()
    assert at.button(key="emb-play").label == "Play"


def test_they_are_not_shown_for_other_data(open_page: Open) -> None:
    at = open_page("embedding", **to_query(ExperimentConfig(DataConfig("moons"))))
    assert 'data-run-state="recorded"' in texts(at)  # the link of this tab holds no settings
    at.radio(key="arena-scenario-points").set_value("moons").run()
    assert not at.exception
    assert 'data-run-state="recorded"' not in texts(at)
    assert not at.get("plotly_chart")


def test_changed_settings_are_told(open_page: Open) -> None:
    at = open_page("embedding")
    assert not at.info
    at.select_slider(key="arena-epochs").set_value(20).run()
    assert "settings have changed" in at.info[0].value


def test_they_stay_until_the_first_map_of_ones_own(open_page: Open, queue: FakeQueue) -> None:
    at = open_page("embedding")
    at.button(key="train").click().run()
    assert not at.exception
    assert len(queue.submitted) == 1
    assert "A recorded example, until the first map" in texts(at)
    assert len(at.get("plotly_chart")) == 1


def test_the_recording_is_small_and_of_the_default_experiment() -> None:
    folder = RECORDINGS / "checkerboard-maps"
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < MOST_BYTES
    config = RunStore(RECORDINGS).get(folder.name).config
    assert config.methods[2].loss == ExperimentConfig().methods[2].loss
