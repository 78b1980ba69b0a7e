"""A scenario is one declaration: all parts of the app and the command line know a new one."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.cli import main
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, Seeds
from harmony_core.data import DATASETS, build_dataset
from harmony_core.data.densities import GaussianMixture, Mixture
from harmony_core.data.scenarios.scenario import scenario
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.lessons.classroom.place import from_query as place_from_query
from harmony_core.training import train

from .conftest import Open, texts


def density(classes: int, spread: float) -> Mixture:
    """Clouds in a row."""
    means = np.column_stack([np.linspace(-1, 1, classes), np.zeros(classes)])
    return GaussianMixture(means, 0.2 * spread, range(classes))


@pytest.fixture(autouse=True)
def row(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = scenario(
        name="row",
        title="Clouds in a row",
        summary="One cloud beside the other.",
        lesson="The rarest class has one neighbour only.",
        classes=(4, 2, 6),
        density=density,
    )
    monkeypatch.setitem(DATASETS, "row", spec)


def test_the_arena_offers_and_shows_it(open_page: Open) -> None:
    at = open_page(data="row~classes-3")
    assert not at.exception
    (picker,) = [radio for radio in at.radio if radio.label == "Scenario"]
    assert picker.value == "row"
    assert "Clouds in a row" in picker.options
    page = texts(at)
    assert "One cloud beside the other." in page
    assert "The rarest class has one neighbour only." not in page, "an answer before the play"
    assert 'alt="The training set: Clouds in a row"' in page


def test_the_command_line_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets"]) == 0
    assert "row: Clouds in a row. One cloud beside the other." in capsys.readouterr().out


def test_links_of_experiments_and_of_the_course_name_it() -> None:
    config = ExperimentConfig(DataConfig("row", {"spread": 0.5}))
    assert from_query(to_query(config)) == config
    assert place_from_query({"scenario": "row"}, 3).scenario == "row"


def test_it_trains() -> None:
    config = complete(
        ExperimentConfig(
            DataConfig("row", {"n_max": 60, "test_per_class": 20}, 5.0),
            methods=(MethodConfig("ce"), MethodConfig("harmonized")),
            epochs=2,
            seeds=Seeds(init=1),
            device="cpu",
        )
    )
    frames = [frame for epoch in train(config, build_dataset(config.data, 0)) for frame in epoch]
    assert len(frames) == 2 * 3
    assert frames[-1].confusion.sum() == 4 * 20
