"""The embedding page: nothing to show, nothing recorded, a run, damage, and what one picks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.analysis.embedding import EmbeddingSettings
from harmony_core.config import Seeds
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.embedding.store import embedding_path, last_path
from harmony_core.runs.store import RunStore
from pages._embedding import drawing_status
from tests.app.conftest import APP, FakeQueue, Open, finished, texts
from tests.app.embedding.recorded import (
    PCA,
    PLANE,
    errors,
    figure,
    query,
)


def test_a_run_without_features_is_recorded_again_with_them(
    open_page: Open, store: RunStore, queue: FakeQueue
) -> None:
    plain = finished(store)
    once = store.get(plain)
    silent = replace(once.config.record, embedding=False)
    store.save(replace(once, config=replace(once.config, record=silent)))
    at = open_page("embedding", run=plain, epoch="1")
    assert "This experiment kept no features" in [s.value for s in at.header]
    at.button(key="record-embedding").click().run()
    assert not at.exception
    (again,) = queue.submitted
    assert query(at, "run") == again
    old, new = store.get(plain).config, store.get(again).config
    assert new.record.embedding
    assert new.methods == old.methods
    assert new.seeds == old.seeds
    assert "as soon as the training has ended" in texts(at)


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


def test_a_choice_stays_with_epoch_colour_and_methods(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    at.selectbox(key="emb-pick").set_value("Class C").run()
    assert not at.exception
    said = texts(at)
    count = said.partition('data-chosen="')[2].partition('"')[0]
    assert int(count) > 0
    assert "Classes of the chosen samples" in said
    assert "Now: predicted as, epoch 2" in said
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
    assert started[0] == Drawing(run, 0, settings)
    assert not embedding_path(store.root, run, 0, settings).exists()


def test_a_picture_of_other_samples_is_refused(open_page: Open, run: str, store: RunStore) -> None:
    from harmony_core.files import read_npz, write_npz

    path = embedding_path(store.root, run, 0, EmbeddingSettings(), 2)
    parts = read_npz(path)
    for _, arrays in parts:
        arrays["positions"] = arrays["positions"][:-1]
    write_npz(path, parts)
    at = open_page("embedding", run=run)
    assert not at.exception
    assert "it holds something else" in errors(at)


def test_new_experiments_record_features_unless_told_otherwise(
    open_page: Open, store: RunStore, queue: FakeQueue
) -> None:
    at = open_page()
    assert at.toggle(key="arena-features-checkerboard").value
    at.button(key="train").click().run()
    assert store.get(queue.submitted[-1]).config.record.embedding
    queue.release()
    at = open_page()
    at.toggle(key="arena-features-checkerboard").set_value(False).run()
    assert at.query_params["record"] in ("embedding-no", ["embedding-no"])
    at.button(key="train").click().run()
    assert not at.exception
    assert not store.get(queue.submitted[-1]).config.record.embedding


def test_play_moves_the_one_scrubber_to_the_end(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    at.button(key="emb-play").click().run()
    assert not at.exception
    assert at.button(key="emb-play").label == "Pause"
    assert at.select_slider(key="emb-epoch-moving").value == 0  # it was at the end
    assert at.select_slider(key="emb-epoch-moving").disabled
    assert len(at.get("plotly_chart")) == 1
    at.button(key="emb-play").click().run()
    assert at.button(key="emb-play").label == "Play"
    assert query(at, "epoch") == "0"


def test_the_last_map_alone_is_shown_while_the_others_are_drawn(
    open_page: Open, run: str, store: RunStore, started: list[Drawing]
) -> None:
    settings = EmbeddingSettings()
    folder = embedding_path(store.root, run, 0, settings)
    last = last_path(store.root, run, 0, settings)
    last.mkdir()
    (folder / "00002.npz").rename(last / "00002.npz")
    at = open_page("embedding", run=run)
    assert not at.exception
    assert started == [Drawing(run, 0, settings)]
    assert len(at.get("plotly_chart")) == 1
    assert "The numbers are for epoch 2" in texts(at)
    assert "was drawn alone" in texts(at)
    assert not [s for s in at.select_slider if s.key == "emb-epoch"]


def test_progress_says_how_many_how_long_and_what_is_left(
    open_page: Open, run: str, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = EmbeddingSettings()
    folder = embedding_path(store.root, run, 0, settings)
    (folder / "00002.npz").unlink()
    now = 1_800_000_000.0
    for epoch, age in ((0, 15.0), (1, 5.0)):
        os.utime(folder / f"{epoch:05d}.npz", (now - age, now - age))
    process = drawing_status.process()
    monkeypatch.setattr(process, "current", lambda: Drawing(run, 0, settings))
    monkeypatch.setattr(process, "started", now - 20)
    monkeypatch.setattr(drawing_status, "time", SimpleNamespace(time=lambda: now))
    assert "2 of 3 maps, 20 s so far, about 5 s left" in _progress(open_page("embedding", run=run))
    now += 3
    assert "2 of 3 maps, 23 s so far, about 2 s left" in _progress(open_page("embedding", run=run))


def _progress(at: AppTest) -> str:
    assert not at.exception
    return str(at.get("progress")[0].proto.text)


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
        assert "drawn at its place in the input plane" in said
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


def test_crosses_mark_what_changed_since_the_picture_of_choice(open_page: Open, run: str) -> None:
    at = open_page("embedding", run=run)
    assert "changed since epoch 1" in figure(at)
    assert "differs from that at epoch 1" in texts(at)
    at.selectbox(key="emb-since").set_value("first").run()
    assert "changed since epoch 0" in figure(at)
    assert "differs from that at epoch 0" in texts(at)
    at.selectbox(key="emb-since").set_value("none").run()
    assert "changed since" not in figure(at)
    names = at.selectbox(key="emb-pick").options
    assert "Prediction changed since the previous picture under Cross-entropy" in names


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


def test_settings_can_be_chosen_while_it_trains(
    open_page: Open, run: str, store: RunStore, queue: FakeQueue, started: list[Drawing]
) -> None:
    queue.submit(run)  # as if it was still training
    at = open_page("embedding", run=run)
    assert not at.exception
    assert len(at.get("plotly_chart")) == 1
    at.segmented_control(key="emb-layout").set_value("plane").run()
    assert not at.exception
    assert "drawn yet" not in texts(at)  # these are
    assert query(at, "map") == "plane"
    at.segmented_control(key="emb-layout").set_value("umap").run()
    at.toggle(key="emb-alone").set_value(True).run()
    assert "no pictures of the epochs so far with these settings" in texts(at)
    wanted = EmbeddingSettings(mixing=0.0)
    at.button(key=f"draw-button-0-{wanted.key}").click().run()
    assert started == [Drawing(run, 0, wanted)]
    queue.release()


LIGHT = """
import sys
from streamlit.testing.v1 import AppTest
from harmony_core.runs import jobs

class Queue:
    def warm(self): pass

jobs.shared_queue = lambda store, quotas, ended: Queue()
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
