"""The embedding page: nothing to show, nothing recorded, a real run, damage, and what one picks."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.analysis.embedding import EmbeddingSettings, embedding_path
from harmony_core.catalog import complete
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.runs import drawings
from harmony_core.runs.drawings import Drawing
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore
from pages._embedding_luck import laid_over
from tests.app.conftest import FakeQueue, Open, finished, texts

CONFIG = ExperimentConfig(
    data=DataConfig("clouds", {"n_max": 40, "test_per_class": 20, "classes": 3}, 3.0),
    methods=(MethodConfig("ce"), MethodConfig("harmonized", {"warmup": 1})),
    epochs=2,
    device="cpu",
    record=RecordConfig(grid=8, tracked=100, bins=4, embedding=True, landmarks=50),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An experiment with pictures, trained and drawn once for all tests of this file."""
    store = RunStore(tmp_path_factory.mktemp("trained"))
    record = execute(store, store.create(complete(CONFIG), "three clouds").id)
    assert record.state == "done", record.error
    return store.root, record.id


@pytest.fixture
def run(trained: tuple[Path, str], store: RunStore) -> str:
    root, run_id = trained
    shutil.copytree(root / run_id, store.root / run_id)
    return run_id


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Drawing]:
    """What the page asked to draw; nothing is drawn."""
    asked: list[Drawing] = []
    monkeypatch.setattr(drawings.Drawings, "start", lambda self, drawing: asked.append(drawing))
    return asked


def figure(at: AppTest) -> str:
    return str(at.get("plotly_chart")[0].proto.spec)


def query(at: AppTest, key: str) -> str:
    value = at.query_params[key]
    return str(value[0] if isinstance(value, list) else value)


def errors(at: AppTest) -> str:
    return " ".join(element.value for element in at.error)


def test_without_an_experiment_it_shows_the_way(open_page: Open) -> None:
    at = open_page("embedding")
    assert not at.exception
    assert at.subheader[0].value == "Nothing has been trained yet"


def test_a_run_without_features_is_recorded_again_with_them(
    open_page: Open, store: RunStore, queue: FakeQueue
) -> None:
    plain = finished(store)
    at = open_page("embedding", run=plain, epoch="1")
    assert "This experiment kept no features" in [s.value for s in at.subheader]
    at.button(key="record-embedding").click().run()
    assert not at.exception
    (again,) = queue.submitted
    assert query(at, "run") == again
    old, new = store.get(plain).config, store.get(again).config
    assert new.record.embedding
    assert new.methods == old.methods
    assert new.seeds == old.seeds
    assert "0 of" in texts(at) or at.get("progress")


def test_a_finished_run_shows_maps_figures_and_caveat(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    assert not at.exception
    assert not at.error
    said = texts(at)
    assert "How far each map can be trusted, epoch 2" in said
    assert "Each dot is a real sample (50" in said
    assert "map agrees" in figure(at)
    assert at.select_slider(key="emb-epoch").options == ["0", "1", "2"]
    # a trail needs a picture before
    assert "epoch 2" in said


def test_the_epoch_goes_into_the_link(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run, epoch="1")
    assert "How far each map can be trusted, epoch 1" in texts(at)
    at.select_slider(key="emb-epoch").set_value(0).run()
    assert query(at, "epoch") == "0"
    assert "How far each map can be trusted, epoch 0" in texts(at)


def test_a_choice_stays_with_epoch_colour_and_methods(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    at.selectbox(key="emb-pick").set_value("Class C").run()
    assert not at.exception
    said = texts(at)
    count = said.partition('data-chosen="')[2].partition('"')[0]
    assert int(count) > 0
    assert "Classes of the chosen samples" in said
    assert "Now: taken for, epoch 2" in said
    assert len(at.get("plotly_chart")) == 3  # maps, weight, g
    at.select_slider(key="emb-epoch").set_value(1).run()
    at.selectbox(key="emb-colour").set_value("g").run()
    at.button_group[1].set_value([1]).run()
    assert not at.exception
    assert f'data-chosen="{count}"' in texts(at)
    assert "gradient norm g" in figure(at)
    at.button(key="emb-clear").click().run()
    assert "data-chosen" not in texts(at)


@pytest.mark.parametrize("colour", ["group", "correct", "weight"])
def test_every_colouring_is_drawn(open_page: Open, run: str, colour: str) -> None:
    at = open_page("embedding", run=run)
    at.selectbox(key="emb-colour").set_value(colour).run()
    assert not at.exception
    assert not at.error


def test_other_settings_are_drawn_elsewhere_and_only_when_asked(
    open_page: Open, run: str, store: RunStore, started: list[Drawing]
) -> None:
    at = open_page("embedding", run=run)
    at.toggle(key="emb-alone").set_value(True).run()
    assert "no pictures with these settings yet" in texts(at)
    assert not at.get("plotly_chart")
    assert started == []
    wanted = EmbeddingSettings(mixing=0.0)
    at.button(key=f"draw-button-0-{wanted.key}").click().run()
    assert started == [Drawing(run, 0, wanted)]


def test_a_damaged_picture_is_explained_and_can_be_drawn_again(
    open_page: Open, run: str, store: RunStore, started: list[Drawing]
) -> None:
    settings = EmbeddingSettings()
    embedding_path(store.root, run, 0, settings, 2).write_bytes(b"no picture")
    at = open_page("embedding", run=run)
    assert not at.exception
    assert "Expected 00002.npz to be a readable file" in errors(at)
    at.button(key="draw-again").click().run()
    assert started == [Drawing(run, 0, settings)]
    assert not embedding_path(store.root, run, 0, settings).exists()


def test_a_picture_of_other_samples_is_refused(open_page: Open, run: str, store: RunStore) -> None:
    from harmony_core.frames import read_npz, write_npz

    path = embedding_path(store.root, run, 0, EmbeddingSettings(), 2)
    parts = read_npz(path)
    for _, arrays in parts:
        arrays["positions"] = arrays["positions"][:-1]
    write_npz(path, parts)
    at = open_page("embedding", run=run)
    assert not at.exception
    assert "it holds something else" in errors(at)


def test_all_epochs_play_in_one_figure(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    at.toggle(key="emb-play").set_value(True).run()
    assert not at.exception
    assert '"frames"' in figure(at)


def test_luck_offers_a_second_training(open_page: Open, run: str, queue: FakeQueue,
                                       store: RunStore) -> None:  # fmt: skip
    at = open_page("embedding", run=run)
    at.button_group(key="emb-luck").set_value("training").run()
    assert not at.exception
    at.button(key="train-two-seeds").click().run()
    seeds = store.get(queue.submitted[0]).config.seeds
    assert (seeds.repeats, seeds.vary) == (2, ("init", "order"))


def test_points_of_a_selection_are_dots_or_nothing() -> None:
    from harmony_core.plots.embedding_overlay import chosen_dots

    points = [
        {"curve_number": 4, "point_index": 7},
        {"curve_number": 0, "point_index": 7},
        {"curve_number": 5, "point_index": 1},  # a rim
        {"curve_number": 8, "point_index": 2},  # beyond the panels
        {"curve_number": 0, "point_index": 50},  # beyond the samples
        {"curve_number": "0", "point_index": None},
        {"curve_number": 0, "point_index": 3},
    ]
    assert chosen_dots(points, panels=2, landmarks=50) == [3, 7]
    assert chosen_dots(None, panels=2, landmarks=50) == []


def test_numbers_of_a_selection(trained: tuple[Path, str]) -> None:
    from harmony_core.analysis.embedding import landmarks_of, load_embedding
    from harmony_core.analysis.embedding.selection import class_mix, confusion, course

    store, run_id = RunStore(trained[0]), trained[1]
    scene = store.scene(run_id, 0)
    marks = landmarks_of(scene)
    panels = [
        load_embedding(embedding_path(store.root, run_id, 0, EmbeddingSettings(), e)).panels
        for e in (0, 2)
    ]
    everyone = np.arange(len(marks.targets))
    mix = class_mix(marks, everyone, *panels)
    assert sum(m.chosen for m in mix) == len(everyone)
    matrix = confusion(marks, everyone, panels[1][1])
    assert matrix.sum() == len(everyone)
    assert sum(m.right[1][1] for m in mix) == np.trace(matrix)
    frames = [store.frames(run_id, 0, e) for e in (0, 1, 2)]
    training = np.flatnonzero(~marks.is_test)
    assert course(scene, frames, training).followed == len(training)
    assert np.isnan(course(scene, frames, np.flatnonzero(marks.is_test)).weight).all()


def test_a_turned_mirrored_and_shifted_map_is_laid_over_its_original() -> None:
    rng = np.random.default_rng(4)
    originals = [rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + 2]
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])  # a rotation and a mirror image
    moved = [one @ turn + [3.0, -1.0] for one in originals]
    for back, one in zip(laid_over(moved, originals), originals, strict=True):
        np.testing.assert_allclose(back, one, atol=1e-12)
