"""The embedding page: nothing to show, nothing recorded, a real run, damage, and what one picks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.analysis.embedding import (
    EmbeddingSettings,
    embed_run,
    embedding_path,
    landmarks_of,
    load_embedding,
    save_embedding,
)
from harmony_core.catalog import complete
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.frames import Frame, Scene
from harmony_core.plots.embedding import PER_PANEL
from harmony_core.plots.embedding_overlay import chosen_dots
from harmony_core.runs import drawings
from harmony_core.runs.drawings import Drawing
from harmony_core.runs.store import RunStore
from pages._embedding_luck import laid_over
from pages._embedding_picture import offline_page
from tests.app.conftest import APP, FakeQueue, Open, finished, frame, texts

CONFIG = ExperimentConfig(
    data=DataConfig("clouds", {"n_max": 40, "test_per_class": 20, "classes": 3}, 3.0),
    methods=(MethodConfig("ce"), MethodConfig("harmonized", {"warmup": 1})),
    epochs=2,
    seeds=Seeds(repeats=2, vary=("init",)),
    device="cpu",
    record=RecordConfig(grid=8, tracked=100, bins=4, embedding=True, landmarks=50),
)
N, TRAIN = 50, 26
TARGETS = np.concatenate([np.repeat([0, 1, 2], [14, 8, 4]), np.arange(N - TRAIN) % 3])
PCA, PLANE = EmbeddingSettings(layout="pca"), EmbeddingSettings(layout="plane")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An experiment of two repeats with pictures, made once for all tests of this file.

    Nothing is trained, and the pictures that pass for umap's are PCA's, as umap takes its time.
    """
    store = RunStore(tmp_path_factory.mktemp("trained"))
    record = store.create(complete(CONFIG), "three clouds")
    places = np.random.default_rng(1).normal(size=(N, 2)) + 3 * TARGETS[:, None]
    scene = Scene(
        kind="points", class_names=("A", "B", "C"),
        train_counts=np.array([14, 8, 4]), test_counts=np.array([8, 8, 8]),
        tracked_index=np.arange(TRAIN), tracked_targets=TARGETS[:TRAIN],
        tracked_flipped=np.zeros(TRAIN, bool), tracked_inputs=places[:TRAIN].astype(np.float32),
        landmark_index=np.arange(N), landmark_targets=TARGETS,
        landmark_inputs=places.astype(np.float32),
    )  # fmt: skip
    for repeat in range(2):
        store.save_scene(record.id, repeat, scene)
        for epoch in range(3):
            frames = [recorded(m, repeat, epoch) for m in range(2)]
            store.save_frames(record.id, repeat, epoch, frames)
    store.save(replace(record, state="done", epoch=2, repeat=1))
    for repeat in range(2):
        for settings in (PCA, PLANE):
            embed_run(store, record.id, repeat, settings)
        for epoch in range(3):
            drawn = load_embedding(embedding_path(store.root, record.id, repeat, PCA, epoch))
            for alike in (EmbeddingSettings(), EmbeddingSettings(seed=1)):
                path = embedding_path(store.root, record.id, repeat, alike, epoch)
                path.parent.mkdir(parents=True, exist_ok=True)
                save_embedding(path, replace(drawn, settings=alike))
    return store.root, record.id


def recorded(method: int, repeat: int, epoch: int) -> Frame:
    """One method's frame: answers that are right for more samples from epoch to epoch."""
    rng = np.random.default_rng([method, repeat, epoch])
    sure = (0.5 + epoch) * np.eye(3)[TARGETS]
    logits = sure + rng.normal(size=(N, 3))
    features = np.concatenate([logits, rng.normal(size=(N, 3))], axis=1)
    plain = frame(method, repeat, epoch)
    return replace(
        plain,
        tracked_weight=rng.uniform(0.5, 2, TRAIN).astype(np.float32),
        tracked_grad_norm=rng.uniform(size=TRAIN).astype(np.float32),
        tracked_logits=logits[:TRAIN].astype(np.float16),
        landmark_features=features.astype(np.float16),
        landmark_logits=logits.astype(np.float16),
    )


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
    at.button_group(key=f"emb-methods-{run}").set_value([1]).run()
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
    once = store.get(run)
    store.save(replace(once, config=replace(once.config, seeds=Seeds()), repeat=0))
    at = open_page("embedding", run=run)
    at.button_group(key="emb-luck").set_value("training").run()
    assert not at.exception
    at.button(key="train-two-seeds").click().run()
    seeds = store.get(queue.submitted[0]).config.seeds
    assert (seeds.repeats, seeds.vary) == (2, ("init", "order"))


@pytest.mark.parametrize(
    ("kind", "told"),
    [("training", "more than another seed does"), ("layout", "The networks are the same")],
)
def test_luck_is_laid_beside_the_methods(open_page: Open, run: str, kind: str, told: str) -> None:
    at = open_page("embedding", run=run)
    at.button_group(key="emb-luck").set_value(kind).run()
    assert not at.exception
    maps, luck = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert len(maps["layout"]["annotations"]) == 2
    titles = [note["text"] for note in luck["layout"]["annotations"]]
    assert [", other seed</b>" in title for title in titles] == [False, False, True, True]
    said = texts(at)
    table = said.partition("Luck against method, epoch 2")[2].partition("</table>")[0]
    assert table.count("<tr>") == 1 + 2 + 1  # heads, two seeds, two methods against each other
    same = table.count("<td>0.0 %</td>")
    assert same == (2 if kind == "layout" else 0)
    assert told in said


def test_the_second_training_has_maps_of_its_own(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    first = figure(at)
    at.button_group(key=f"emb-repeat-{run}").set_value(1).run()
    assert not at.exception
    assert figure(at) != first


@pytest.mark.parametrize("settings", [PCA, PLANE], ids=["pca", "plane"])
def test_other_layouts_are_there_at_once(
    open_page: Open, run: str, started: list[Drawing], settings: EmbeddingSettings
) -> None:
    at = open_page("embedding", run=run)
    at.segmented_control(key="emb-layout").set_value(settings.layout).run()
    assert not at.exception
    assert started == []
    said = texts(at)
    if settings.layout == "plane":
        assert "drawn where it lies in the input plane" in said
    else:
        assert "Only the two widest directions are shown" in said
    assert len(at.get("plotly_chart")) == 1


def test_a_cheap_layout_is_drawn_at_once_but_never_twice(
    open_page: Open, run: str, store: RunStore, started: list[Drawing]
) -> None:
    shutil.rmtree(embedding_path(store.root, run, 0, PCA))
    at = open_page("embedding", run=run)
    at.segmented_control(key="emb-layout").set_value("pca").run()
    assert started == [Drawing(run, 0, PCA)]
    assert "Drawing 3 for 50 samples takes about 5 seconds" in texts(at)  # it was stopped
    at.button(key=f"draw-button-0-{PCA.key}").click().run()
    assert started == 2 * [Drawing(run, 0, PCA)]


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
        ("repeat", "3", "expected 1, 2, but got '3'"),
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


def test_crosses_mark_what_changed_since_the_picture_of_choice(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    assert "changed since epoch 1" in figure(at)
    assert "otherwise than at epoch 1" in texts(at)
    at.selectbox(key="emb-since").set_value("first").run()
    assert "changed since epoch 0" in figure(at)
    assert "otherwise than at epoch 0" in texts(at)
    at.selectbox(key="emb-since").set_value("none").run()
    assert "changed since" not in figure(at)
    names = at.selectbox(key="emb-pick").options
    assert "Called otherwise than in the picture before by Cross-entropy" in names


def test_the_offline_page_has_all_epochs(run: str, store: RunStore) -> None:
    record = store.get(run)
    marks = landmarks_of(store.scene(run, 0))
    page = offline_page(record, 0, EmbeddingSettings(), [0, 1, 2], marks, "light").decode()
    assert "three clouds" in page
    assert "Plotly.newPlot" in page
    assert "otherwise than at epoch 1" in page
    assert all(f'"label":"{epoch}"' in page for epoch in range(3))


def test_a_small_window_stacks_the_maps_and_leaves_fingers_alone(open_page: Open, run: str) -> None:
    def axes(at: AppTest) -> tuple[list[float], list[float], object]:
        layout = json.loads(figure(at))["layout"]
        return layout["xaxis"]["domain"], layout["xaxis2"]["domain"], layout["dragmode"]

    at = open_page("embedding", run=run)
    first, second, drag = axes(at)
    assert second[0] > first[1]
    assert drag == "lasso"
    at.session_state["embedding size"] = "small"
    at.run()
    first, second, drag = axes(at)
    assert first == second
    assert drag is False


LIGHT = """
import sys
from streamlit.testing.v1 import AppTest
from harmony_core.runs import jobs

class Queue:
    def warm(self): pass

jobs.shared_queue = lambda store: Queue()
at = AppTest.from_file("app.py", default_timeout=60)
at.switch_page("pages/embedding.py")
at.query_params["run"] = sys.argv[1]
at.run()
assert not at.exception, at.exception
at.selectbox(key="emb-pick").set_value("Class C").run()
at.button_group(key="emb-luck").set_value("training").run()
assert len(at.get("plotly_chart")) == 4, at.main
print(*sorted({"torch", "torchvision", "umap", "sklearn", "numba"} & set(sys.modules)))
"""


def test_the_server_stays_light_with_maps_on_the_page(run: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, run], cwd=APP.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_points_of_a_selection_are_dots_or_nothing() -> None:
    points = [
        {"curve_number": PER_PANEL, "point_index": 7},
        {"curve_number": 0, "point_index": 7},
        {"curve_number": PER_PANEL + 1, "point_index": 1},  # a rim
        {"curve_number": 2 * PER_PANEL, "point_index": 2},  # beyond the panels
        {"curve_number": 0, "point_index": 50},  # beyond the samples
        {"curve_number": "0", "point_index": None},
        {"curve_number": 0, "point_index": 3},
    ]
    assert chosen_dots(points, panels=2, landmarks=50) == [3, 7]
    assert chosen_dots(None, panels=2, landmarks=50) == []


def test_numbers_of_a_selection(trained: tuple[Path, str]) -> None:
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
