"""The Arena's shortcuts: ready experiments, ablation, painting, and why a run collapsed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, Seeds
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.data.painted import decode_points
from harmony_core.experiments.complete import complete
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.presets import PRESETS
from harmony_core.explain.starvation import plain_inverse, starved
from harmony_core.losses import LOSSES
from harmony_core.runs.store import RunStore
from pages._arena import preview
from pages._experiment.paint import editor_options, painted_points, with_points

from .conftest import FakeQueue, Open, finished, frame, scene, texts
from .test_arena import images_zip, linked

LABELS = ("Cross-entropy", "Harmonized")
LITERAL = MethodConfig("harmonized", dict(LOSSES["harmonized"].presets["literal"]))


def test_ablation_trains_the_parts_on_the_data_as_set_up(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    at = open_page(data="rings", epochs="5")
    at.button(key="ablation").click().run()
    assert not at.exception
    config = store.get(queue.submitted[0]).config
    assert config.data.name == "rings"
    assert config.epochs == 5
    assert method_labels(config.methods) == ("Neither", "Intra", "Inter", "Both", "Literal")
    assert method_labels(linked(at).methods) == method_labels(config.methods)
    asked = [box.label for box in at.selectbox if box.label.startswith("Method ")]
    assert asked == [f"Method {i}: {m.label}" for i, m in enumerate(config.methods, 1)]


@pytest.mark.parametrize("name", PRESETS)
def test_a_ready_experiment_sets_every_control(open_page: Open, name: str) -> None:
    at = open_page(data="rings", factor="7", epochs="3")
    at.selectbox(key="gallery").set_value(name).run()
    assert not at.exception
    assert complete(linked(at)) == complete(PRESETS[name].config)
    assert at.selectbox(key="gallery").value == name
    assert PRESETS[name].look in texts(at)


def test_a_changed_preset_is_one_no_longer(open_page: Open) -> None:
    at = open_page()
    at.selectbox(key="gallery").set_value("learnable").run()
    at.select_slider(key="arena-epochs").set_value(5).run()
    assert at.selectbox(key="gallery").value is None


def test_own_images_keep_their_counts_unless_asked(open_page: Open) -> None:
    at = open_page()
    at.button_group(key="arena-section").set_value("upload").run()
    content = images_zip(*(f"{kind}/{i}.png" for kind in ("cats", "dogs") for i in range(6)))
    at.file_uploader[0].set_value(("mine.zip", content, "application/zip")).run()
    assert not at.error
    assert linked(at).data.profile == "as_is"
    at.button_group(key="arena-section").set_value("points").run()
    assert linked(at).data.profile == "exponential"


def test_painted_points_become_the_data_without_gaps_and_inside_the_board() -> None:
    points = [(0, 0.0, 0.0), (3, 1.0, -3.0), (3, 0.5, 0.5)]
    config = with_points(ExperimentConfig(), points)
    assert config.data.name == "painted"
    assert config.data.profile == "as_is"
    kept = decode_points(str(config.data.params["points"]))
    assert [label for label, _, _ in kept] == [0, 1, 1]
    assert all(abs(v) <= 2 for point in kept for v in point[1:])
    assert kept[1][1] == pytest.approx(1.99 / 3, abs=0.01)
    assert painted_points(config.data) == kept
    complete(config)


def test_the_editor_begins_with_what_was_painted(open_page: Open) -> None:
    config = with_points(ExperimentConfig(), [(0, 0.0, 0.0), (1, 1.0, 1.0)])
    chosen = editor_options(config, None)
    assert chosen["painted"] == [(0, 0.0, 0.0), (1, 1.0, 1.0)]
    assert chosen["paint_classes"] == ("A", "B", "C", "D")
    at = open_page(data=f"painted~points-{config.data.params['points']}", profile="as_is")
    assert not at.exception
    assert not at.warning
    assert linked(at).data == config.data


def test_what_follows_the_view_is_asked_for_once_during_a_training(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages._experiment import live

    monkeypatch.setattr(live.st, "session_state", {})
    run = finished(store)
    assert not live.below_is_due(run, 0)
    assert not live.below_is_due(run, 0)
    monkeypatch.setattr(live, "SETTLED", -1.0)
    assert [live.below_is_due(run, 0) for _ in range(3)] == [True, False, False]


def test_bands_need_more_than_one_repeat(
    store: RunStore, queue: FakeQueue, open_page: Open
) -> None:
    from pages._experiment.bands import bands

    assert bands(store.get(finished(store)), LABELS) is None
    made = bands(store.get(finished(store, repeats=3)), LABELS)
    assert made is not None
    assert made["repeats"] == 3
    mean, low, high = made["balanced_accuracy"][0]
    assert mean[0] == pytest.approx((1 + 0.6 + 0.6) / 3)
    assert low[0] < mean[0] < high[0]
    assert "95 %" in made["note"]
    two = bands(store.get(finished(store, repeats=2)), LABELS)
    assert two is not None
    mean, low, high = two["balanced_accuracy"][0]
    assert mean[0] == pytest.approx((low[0] + high[0]) / 2)
    assert 0 < high[0] - low[0] < 0.5
    assert "lowest to highest of 2 seeds" in two["note"]


def test_a_class_starves_where_its_full_hard_region_weighs_less() -> None:
    density = np.array([[9, 1, 1, 0], [1, 1, 1, 9], [0.2, 0, 0, 9], [2, 8, 0, 0]], np.float32)
    weight = np.array([[1, 4, 4, 0], [3, 3, 3, 0.4], [30, 0, 0, 0.5], [2, 0.5, 0, 0]], np.float32)
    one = replace(
        frame(0, 0, 1), density=density, region_weight=weight, regions=np.array([4, 4, 4, 2])
    )
    found = starved(one)
    assert [s.label for s in found] == [1, 3]
    assert found[0].hard == pytest.approx(10 / 12)
    assert (found[0].weight, found[0].easier) == pytest.approx((0.4, 3.0))
    assert starved(frame(0, 0, 1)) == []


def test_only_a_plain_inverse_density_is_suspected() -> None:
    assert plain_inverse(LITERAL)
    assert not plain_inverse(MethodConfig("harmonized"))
    assert not plain_inverse(MethodConfig("ce"))


@pytest.mark.parametrize("behind", [True, False])
def test_a_collapse_is_told_only_where_the_numbers_show_it(
    open_page: Open, store: RunStore, behind: bool
) -> None:
    config = ExperimentConfig(
        data=DataConfig("clouds"), methods=(LITERAL, MethodConfig("ce")), epochs=2, seeds=Seeds()
    )
    record = store.create(complete(config))
    store.save_scene(record.id, 0, scene())
    arrays = {
        "density": np.array([[1, 9]] * 3, np.float32),
        "region_weight": np.array([[5, 0.5]] * 3, np.float32),
        "regions": np.full(3, 2),
    }
    for epoch in range(3):
        starving = replace(frame(0, 0, epoch), **arrays)
        other = replace(frame(1, 0, epoch))
        if not behind:
            other = replace(other, confusion=starving.confusion)
        store.save_frames(record.id, 0, epoch, [starving, other])
    store.save(record.replace(state="done", epoch=2))
    at = open_page(run=record.id)
    assert not at.exception
    assert ("falls behind" in texts(at)) == behind
    if behind:
        assert "90 % of the density" in texts(at)
        at.button(key="collapse-look-0").click().run()
        assert not at.exception
        epoch = at.query_params["epoch"]
        assert (epoch if isinstance(epoch, str) else epoch[0]) == "1"


def test_cifar_names_its_classes_and_says_that_it_has_to_be_downloaded(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "data"))
    at = open_page(data="cifar10-lt")
    assert not at.exception
    said = texts(at)
    assert '<span class="bar-name">airplane</span>' in said
    assert "photographs are not on this server yet" in said
    assert '<ul class="image-rows">' not in said


def test_uploaded_images_are_shown_with_the_names_of_their_classes(open_page: Open) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, shade in (("cats", 40), ("dogs", 200)):
            for i in range(6):
                image = io.BytesIO()
                Image.new("RGB", (16, 16), (shade, i, 0)).save(image, "PNG")
                archive.writestr(f"{name}/{i}.png", image.getvalue())
    at = open_page(data="images", profile="as_is")
    at.file_uploader[0].set_value(("mine.zip", out.getvalue(), "application/zip")).run()
    assert not at.exception
    for name in ("cats", "dogs"):
        assert f'alt="Training images of the class {name}"' in texts(at)


def test_the_preview_of_a_large_scenario_is_a_smaller_draw_with_the_real_counts(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def build(config: DataConfig, seed: int) -> LongTailedDataset:
        dataset = build_dataset(config, seed)
        drawn.append(len(dataset.train_targets))
        return dataset

    monkeypatch.setattr(preview, "build_dataset", build)
    at = open_page(data="noisy_tail~n_max-20000", factor="1")
    assert not at.exception
    assert any("Drawn here with 1,000 samples" in one.value for one in at.caption)
    assert "20,000" in texts(at)
    assert max(drawn) == 4_000
