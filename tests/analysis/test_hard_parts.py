"""Recall of the parts that hold little of their class, from a scene and a decision grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harmony_core.analysis.hard_parts import hard_part_recall
from harmony_core.analysis.seeds import frame_metrics
from harmony_core.config import DataConfig, ExperimentConfig, RecordConfig
from harmony_core.data import build_dataset
from harmony_core.data.densities import GaussianMixture
from harmony_core.experiments.complete import complete
from harmony_core.frames import Scene, load_scene, save_scene
from harmony_core.training.lockstep import train
from harmony_core.training.scene import build_scene

RECORD = RecordConfig(grid=40, tracked=10)


def scene_of(name: str, seed: int = 0) -> Scene:
    data = complete(
        ExperimentConfig(data=DataConfig(name, {"n_max": 60, "test_per_class": 20}))
    ).data
    return build_scene(build_dataset(data, seed), RECORD, seed)


def test_a_part_is_small_beside_a_larger_one_of_its_class() -> None:
    means = np.zeros((6, 2))
    mixture = GaussianMixture(means, 1.0, [0, 0, 1, 1, 1, 2], [0.85, 0.15, 1, 1, 1, 1])
    assert mixture.rare_parts().tolist() == [1]
    pieces = GaussianMixture(np.zeros((10, 2)), 1.0, [0] * 10)
    assert pieces.rare_parts().tolist() == []


@pytest.mark.parametrize("name", ["moons", "spirals", "clouds", "checkerboard", "noisy_tail"])
def test_classes_without_such_parts_have_no_figure(name: str) -> None:
    scene = scene_of(name)
    assert scene.hard_points is None
    assert hard_part_recall(scene, scene.bayes_class) is None


def test_the_points_are_those_of_the_outpost_and_the_same_for_every_seed() -> None:
    scene, other = scene_of("hard_head"), scene_of("hard_head", seed=1)
    assert scene.hard_points is not None
    assert other.hard_points is not None
    assert scene.hard_targets is not None
    assert set(scene.hard_targets) == {0}
    assert np.array_equal(scene.hard_points, other.hard_points)
    assert np.linalg.norm(scene.hard_points.mean(axis=0)) == pytest.approx(1.05, abs=0.02)


def test_recall_by_hand(tmp_path: object) -> None:
    scene = replace(
        scene_of("hard_head"),
        extent=(0.0, 2.0, 0.0, 2.0),
        hard_points=np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [9.0, 9.0]], np.float32),
        hard_targets=np.array([0, 0, 1, 1]),
    )
    assert hard_part_recall(scene, np.array([[0, 1], [1, 1]], np.uint8)) == 0.75
    assert hard_part_recall(scene, None) is None


def test_bayes_knows_most_of_the_rare_clusters() -> None:
    scene = scene_of("rare_clusters")
    recall = hard_part_recall(scene, scene.bayes_class)
    assert recall is not None
    assert recall > 0.95


def test_a_scene_keeps_its_points_and_an_old_one_has_no_figure(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "scene.npz"
    scene = scene_of("uneven_clusters")
    save_scene(path, scene)
    found = load_scene(path)
    assert hard_part_recall(found, scene.bayes_class) == hard_part_recall(scene, scene.bayes_class)
    old = replace(scene, hard_points=None, hard_targets=None)
    assert hard_part_recall(old, scene.bayes_class) is None


def test_the_same_config_gives_the_same_figure() -> None:
    config = complete(
        ExperimentConfig(
            data=DataConfig("hard_head", {"n_max": 60, "test_per_class": 20}),
            epochs=1, device="cpu", record=RECORD,
        )
    )  # fmt: skip
    figures = []
    for _ in range(2):
        dataset = build_dataset(config.data, 0)
        scene = build_scene(dataset, config.record, 0)
        *_, last = train(config, dataset)
        figures.append([frame_metrics(scene, frame)["hard_part"] for frame in last])
    assert figures[0] == figures[1]
    assert all(0 <= value <= 1 for value in figures[0])
