"""The tabs of one experiment: Density, Weights and Samples, at an epoch and with a sample."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.experiments.complete import complete
from harmony_core.explain.latex import number_text
from harmony_core.explain.pull import pull_of
from harmony_core.explain.sample import explain
from harmony_core.lessons.glossary.terms import find
from harmony_core.losses import LOSSES
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore
from harmony_core.viewer.panels import PANEL_PARTS
from pages._experiment.experiment_page import ExperimentPage
from pages._experiment.microscope import chosen_sample, named
from pages._session import recording
from pages._shared.page import load
from tests.plots.many_classes import make_many
from tests.plots.synthetic import make_run

from .conftest import APP, Open, finished, texts
from .declared_pages import experiment_pages

PAGES = [page.name for page in experiment_pages() if page.panels and not page.sets_up]
"""Pages that show an experiment in the view, without the Arena's form."""
CONFIG = ExperimentConfig(
    data=DataConfig("clouds", {"classes": 3, "n_max": 40, "test_per_class": 20}, 10.0),
    methods=(
        MethodConfig("ce"),
        MethodConfig("harmonized"),
        MethodConfig("harmonized", dict(LOSSES["harmonized"].presets["literal"])),
    ),
    epochs=3,
    record=RecordConfig(grid=10, tracked=30),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A runs folder with one small experiment, trained by the real engine."""
    folder = tmp_path_factory.mktemp("trained") / "runs"
    store = RunStore(folder)
    run = store.create(complete(CONFIG)).id
    execute(store, run)
    return folder, run


@pytest.fixture
def run(trained: tuple[Path, str], runs_folder: Path) -> str:
    shutil.copytree(trained[0], runs_folder)
    return trained[1]


@pytest.mark.parametrize("page", PAGES)
def test_without_experiments_there_is_a_recorded_one(open_page: Open, page: str) -> None:
    at = open_page(page)
    assert not at.exception
    assert 'data-run-state="recorded"' in texts(at)
    assert at.button(key="train")


@pytest.mark.parametrize("page", PAGES)
def test_without_a_recording_there_are_the_data_that_train_would_take(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(recording, "RECORDINGS", tmp_path / "none")
    at = open_page(page)
    assert not at.exception
    assert "This is what the methods will learn from" in [each.value for each in at.header]


@pytest.mark.parametrize("page", PAGES)
def test_an_earlier_experiment_is_opened_from_the_list(
    open_page: Open, store: RunStore, page: str
) -> None:
    run = finished(store)
    at = open_page(page)
    assert not at.exception
    assert 'data-run-state="recorded"' in texts(at)
    at.button(key=f"open-{run}").click().run()
    assert not at.exception
    assert 'data-run-state="done"' in texts(at)
    assert value(at, "run") == run


def value(at: AppTest, key: str) -> str:
    found = at.query_params[key]
    return found if isinstance(found, str) else found[0]


def tabs_of(at: AppTest) -> dict[str, str]:
    """The tabs of the experiment: title and query of those that are links."""
    names = {page.title for page in experiment_pages()}
    links = [each.proto for each in at.get("page_link")]
    return {link.label: link.query_string for link in links if link.label in names}


@pytest.mark.parametrize("page", experiment_pages(), ids=lambda page: page.name)
def test_every_view_has_the_title_the_buttons_and_the_tabs_of_its_run(
    open_page: Open, run: str, page: ExperimentPage
) -> None:
    at = open_page(page.name, run=run, epoch="2")
    assert not at.exception
    assert at.title[0].value == open_page("arena", run=run).title[0].value
    assert at.button(key="train")
    assert f'aria-current="page">{page.title}</a>' in texts(at)
    tabs = tabs_of(at)
    assert set(tabs) == {other.title for other in experiment_pages()} - {page.title}
    assert all(f"run={run}" in query and "epoch=2" in query for query in tabs.values())
    assert all(("data=" in query) == (name == "Arena") for name, query in tabs.items())


def test_settings_that_were_changed_stay_changed_in_another_tab(open_page: Open, run: str) -> None:
    at = open_page("arena", run=run)
    at.select_slider(key="arena-epochs").set_value(20).run()
    assert "run" not in at.query_params
    at.query_params.clear()
    at.query_params["run"] = run
    at.switch_page("pages/density.py").run()
    assert not at.exception
    assert at.select_slider(key="arena-epochs").value == 20
    assert value(at, "run") == run
    query = tabs_of(at)["Arena"]
    assert "epochs=20" in query
    assert run not in query
    at.query_params.clear()
    for key, values in parse_qs(query).items():
        at.query_params[key] = values
    at.switch_page("pages/arena.py").run()
    assert not at.exception
    assert 'data-run-state="done"' in texts(at)
    assert at.select_slider(key="arena-epochs").value == 20


def test_a_panel_that_the_bundle_lacks_is_named(
    open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(PANEL_PARTS, "heat")
    at = open_page("density", run=finished(store))
    assert not at.exception
    (error,) = at.error
    assert "but got 'heat'" in error.value
    assert "`make bundle`" in error.value


@pytest.mark.parametrize("run_id", ["20260101-000000-abcd", "../../etc", "<b>"])
def test_an_unknown_run_is_explained(open_page: Open, run_id: str) -> None:
    at = open_page("density", run=run_id)
    assert not at.exception
    assert not at.error
    assert "not on this server" in at.info[0].value


def test_the_microscope_has_the_numbers_of_the_linked_epoch_and_sample(
    open_page: Open, store: RunStore, run: str
) -> None:
    at = open_page("samples", run=run, epoch="2", sample="4")
    assert not at.exception
    assert not at.warning
    assert not at.error
    scene, frames = store.scene(run), store.frames(run, 0, 2)
    said = texts(at)
    assert 'data-sample="4"' in said
    assert "after epoch 2" in said
    for frame in frames:
        seen = explain(store.get(run).config, scene, frame, 4)
        assert seen.weight == pytest.approx(float(frame.tracked_weight[4]), rel=0.02)
        for value in (seen.p_y, seen.difficulty, seen.weight, seen.loss):
            assert f"<dd>{number_text(value)}</dd>" in said
        assert all(latex in said for latex in seen.latex)


def test_the_pull_of_every_class_stands_beside_its_weight(
    open_page: Open, store: RunStore, run: str
) -> None:
    at = open_page("weights", run=run, epoch="2")
    assert not at.exception
    (table,) = [each for each in texts(at).split("<div") if "Pull and weight of each class" in each]
    config, scene = store.get(run).config, store.scene(run)
    for frame in store.frames(run, 0, 2):
        found = pull_of(config, scene, frame)
        assert frame.class_pull is not None
        for pull, weight in zip(frame.class_pull, found.weights, strict=True):
            assert f"<td>{number_text(float(pull))}</td>" in table
            assert f"<td>{number_text(float(weight))}</td>" in table


def test_a_picked_sample_goes_into_the_link_and_to_the_next_tab(
    open_page: Open, store: RunStore, run: str
) -> None:
    at = open_page("samples", run=run, epoch="1")
    hardest = int(np.argmax(store.frames(run, 0, 1)[0].tracked_grad_norm))
    picker = at.selectbox(key="pick-sample")
    assert picker.options[0].startswith(f"row {store.scene(run).tracked_index[hardest]} ")
    picker.set_value(hardest).run()
    assert not at.exception
    assert f'data-sample="{hardest}"' in texts(at)
    here = {"run": run, "epoch": "1", "sample": str(hardest)}
    assert {key: value(at, key) for key in here} == here
    at.query_params.clear()  # as the browser does when another page is opened
    at.switch_page("pages/density.py").run()
    assert not at.exception
    assert {key: value(at, key) for key in here} == here
    at.query_params.clear()
    at.switch_page("pages/samples.py").run()
    assert f'data-sample="{hardest}"' in texts(at)
    assert "after epoch 1" in texts(at)


@pytest.mark.parametrize(
    "query",
    [
        {"epoch": "two"},
        {"epoch": "99"},
        {"epoch": "-1"},
        {"sample": "1e3"},
        {"sample": "30"},
        {"sample": "9" * 400},
        {"repeat": "0"},
        {"repeat": "2"},
    ],
)
def test_what_a_link_asks_for_in_vain_is_explained(
    open_page: Open, run: str, query: dict[str, str]
) -> None:
    at = open_page("samples", run=run, **query)
    assert not at.exception
    assert "Expected" in at.warning[0].value
    assert "data-sample" not in texts(at)
    assert at.selectbox(key="pick-sample")


def test_the_sandbox_answers_to_its_sliders(open_page: Open, run: str) -> None:
    at = open_page("density", run=run)
    flat = at.slider(key="sandbox-alpha").set_value(0.0).run()
    assert not flat.exception
    rows = [html for html in texts(flat).split("<tr>") if '<th scope="row">' in html]
    weights = [row for row in rows if ">Weights" not in row and "1</td><td>1</td><td>1<" in row]
    assert len(weights) == 3
    at.toggle(key="sandbox-classwise").set_value(False).run()
    assert not at.exception


def drawn_classes(at: AppTest) -> list[str]:
    """The classes whose weight curves are on show, in order."""
    return re.findall(r"<figcaption><b>(class [A-Z])</b>", texts(at))


def test_many_classes_in_the_sandbox_are_found_sorted_and_paged(
    open_page: Open, store: RunStore
) -> None:
    run = finished(store, epochs=1)
    scene, frames, _ = make_run(classes=15, methods=2, epochs=1, tracked=300)
    store.save_scene(run, 0, scene)
    for epoch, row in enumerate(frames):
        store.save_frames(run, 0, epoch, row)
    at = open_page("density", run=run)
    assert not at.exception
    largest = [f"class {letter}" for letter in "ABCDEFGHIJKLMNO"]
    assert drawn_classes(at) == largest[:12]
    at.number_input(key="sandbox-page-2").set_value(2).run()
    assert drawn_classes(at) == largest[12:]
    at.text_input(key="sandbox-find").set_value("class n").run()
    assert drawn_classes(at) == ["class N"]
    at.text_input(key="sandbox-find").set_value("nobody").run()
    assert "No class has that in its name." in [c.value for c in at.caption]
    at.text_input(key="sandbox-find").set_value("").run()
    at.selectbox(key="sandbox-sort").set_value("small").run()
    at.number_input(key="sandbox-page-2").set_value(1).run()
    assert drawn_classes(at) == largest[:2:-1]
    assert not at.exception


def test_many_classes_that_pull_are_found_and_paged(open_page: Open, store: RunStore) -> None:
    run = finished(store, epochs=1)
    scene, frames, _ = make_many(classes=300, methods=2, epochs=1)
    store.save_scene(run, 0, scene)
    for epoch, row in enumerate(frames):
        store.save_frames(run, 0, epoch, row)
    at = open_page("weights", run=run)
    assert not at.exception
    assert "Classes 1–12 of 300." in [c.value for c in at.caption]
    assert scene.class_names[0] in texts(at)
    at.text_input(key="pull-find").set_value("00123").run()
    assert not at.exception
    assert scene.class_names[123] in texts(at)
    assert scene.class_names[0] not in texts(at)


def test_an_experiment_without_tracked_samples_says_so(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    scene = store.scene(run)
    empty = {
        name: getattr(scene, name)[:0]
        for name in ("tracked_index", "tracked_targets", "tracked_flipped", "tracked_inputs")
    }
    store.save_scene(run, 0, type(scene)(**{**vars(scene), **empty}))
    at = open_page("samples", run=run, sample="0")
    assert not at.exception
    assert "follows no samples" in texts(at)


def shared_link(at: AppTest) -> str:
    return next(code.value for code in at.code if "run=" in code.value)


def test_the_shared_link_names_run_epoch_and_sample(open_page: Open, run: str) -> None:
    at = open_page("arena", run=run, epoch="2", sample="3")
    assert not at.exception
    link = shared_link(at)
    assert f"run={run}" in link
    assert "epoch=2" in link
    assert "sample=3" in link
    assert "data=clouds" in link
    assert [value(at, key) for key in ("epoch", "sample")] == ["2", "3"]


@pytest.mark.parametrize("page", ["arena", "weights"])
def test_the_repeat_on_screen_is_in_the_link_and_comes_back_from_it(
    open_page: Open, store: RunStore, page: str
) -> None:
    run = finished(store, repeats=3)
    key = f"repeat-{run}"
    at = open_page(page, run=run, repeat="2")
    assert not at.exception
    assert not at.warning
    assert at.button_group(key=key).value == 1
    assert value(at, "repeat") == "2"
    at.button_group(key=key).set_value(0).run()
    assert at.button_group(key=key).value == 0
    assert value(at, "repeat") == "1"
    at.query_params["repeat"] = "3"
    at.run()
    assert at.button_group(key=key).value == 2
    bare = open_page(page, run=run)
    assert bare.button_group(key=key).value == 2
    assert "repeat" not in bare.query_params
    lost = open_page(page, run=run, repeat="4")
    assert not lost.exception
    assert "from 1 to 3" in lost.warning[0].value
    assert lost.button_group(key=key).value == 2


def test_a_list_that_has_moved_on_still_names_its_samples(store: RunStore, run: str) -> None:
    scene = store.scene(run)
    for sample in (0, 7):
        frame = store.frames(run, 0, 3)[0]
        assert chosen_sample(named(scene, frame, sample), scene) == sample
        assert chosen_sample(sample, scene) == sample
    assert chosen_sample("row 99999 · A", scene) is None
    assert chosen_sample(None, scene) is None


def test_the_words_of_every_page_are_in_the_glossary() -> None:
    for file in (APP.parent / "pages").glob("[a-z]*.py"):
        page = load(f"pages.{file.stem}:PAGE")
        assert page.name == file.stem
        assert [term for term in page.terms if find(term) is None] == [], page.name
