"""What every data set that needs no network or file promises, over the whole registry."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import numpy as np
import pytest

from harmony_core.config import DataConfig
from harmony_core.data import DATASETS, LongTailedDataset, build_dataset, scenario_preview
from harmony_core.data.long_tail import long_tail_counts
from harmony_core.errors import ConfigError, DataError

OFFLINE = [n for n, s in DATASETS.items() if s.kind == "points"] + ["digits"]
PLANE = [name for name in OFFLINE if name != "digits"]
SCENARIO = [name for name in PLANE if name != "painted"]


def rows(inputs: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in inputs]


def balanced_log_density(dataset: LongTailedDataset, points: np.ndarray) -> np.ndarray:
    assert dataset.truth is not None
    return np.asarray(dataset.truth.log_density(points))


@pytest.mark.parametrize("name", DATASETS)
def test_a_declaration_is_whole(name: str) -> None:
    spec = DATASETS[name]
    assert spec.name == name
    for text in (spec.title, spec.summary, spec.lesson, *(p.help for p in spec.parameters)):
        assert text.strip()
    for parameter in spec.parameters:
        assert parameter.check(parameter.default) == parameter.default
    module, _, attribute = spec.factory.partition(":")
    assert callable(getattr(import_module(module), attribute))


@pytest.mark.parametrize("name", OFFLINE)
@pytest.mark.parametrize("profile", ["exponential", "step", "pareto"])
def test_training_counts_follow_the_profile_and_the_test_set_is_balanced(
    name: str, profile: str
) -> None:
    dataset = build_dataset(DataConfig(name, imbalance_factor=20, profile=profile), 3)
    counts = dataset.train_counts
    expected = long_tail_counts(int(counts[0]), len(counts), 20, profile)
    assert counts.tolist() == expected.tolist()
    assert len(set(dataset.test_counts.tolist())) == 1
    assert dataset.flipped is None or getattr(DATASETS[name], "wrong_labels", None)


@pytest.mark.parametrize("name", OFFLINE)
def test_the_seed_fixes_the_data_and_another_seed_changes_it(name: str) -> None:
    config = DataConfig(name, label_noise=0.1)
    one, same, other = (build_dataset(config, seed) for seed in (1, 1, 2))
    for field in ("train_inputs", "train_targets", "test_inputs", "test_targets", "flipped"):
        assert np.array_equal(getattr(one, field), getattr(same, field))
    assert not np.array_equal(one.train_inputs, other.train_inputs)
    assert not np.array_equal(one.test_inputs, other.test_inputs)


@pytest.mark.parametrize("name", PLANE)
def test_no_point_is_in_both_splits(name: str) -> None:
    dataset = build_dataset(DataConfig(name), 0)
    assert not set(rows(dataset.train_inputs)) & set(rows(dataset.test_inputs))


def test_no_digit_is_used_more_often_than_it_exists() -> None:
    from sklearn.datasets import load_digits

    dataset = build_dataset(DataConfig("digits", profile="as_is"), 0)
    used = Counter(rows(dataset.train_inputs) + rows(dataset.test_inputs))
    images = np.round(load_digits().images * (255 / 16)).astype(np.uint8)
    assert used == Counter(rows(images))


@pytest.mark.parametrize("name", OFFLINE)
def test_label_noise_is_recorded_and_spares_the_test_set(name: str) -> None:
    clean = build_dataset(DataConfig(name, params={}), 0)
    noisy = build_dataset(DataConfig(name, label_noise=0.25), 0)
    assert noisy.flipped is not None
    assert noisy.flipped.sum() >= round(0.25 * len(clean.train_targets))
    assert np.array_equal(noisy.test_targets, clean.test_targets)
    changed = noisy.train_targets != clean.train_targets
    assert changed.sum() == round(0.25 * len(clean.train_targets))
    assert noisy.flipped[changed].all()


@pytest.mark.parametrize("name", PLANE)
def test_the_test_set_does_not_depend_on_the_training_set(name: str) -> None:
    long = build_dataset(DataConfig(name, {"n_max": 900}, imbalance_factor=100), 0)
    short = build_dataset(DataConfig(name, {"n_max": 100}, imbalance_factor=5), 0)
    assert np.array_equal(long.test_inputs, short.test_inputs)


@pytest.mark.parametrize("name", PLANE)
def test_the_density_is_the_one_that_was_drawn_from(name: str) -> None:
    config = DataConfig(name, {"test_per_class": 1000}, imbalance_factor=10)
    dataset = build_dataset(config, 0)
    c, step = len(dataset.class_names), 0.02
    axis = np.arange(-3.5, 3.5, step)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    density = np.exp(balanced_log_density(dataset, grid))
    assert density.sum(axis=0) * step**2 == pytest.approx(np.ones(c), abs=2e-3)

    # The Bayes rule's accuracy: the integral of the largest density, and a count on the test set.
    exact = density.max(axis=1).sum() * step**2 / c
    predicted = balanced_log_density(dataset, dataset.test_inputs).argmax(axis=1)
    counted = (predicted == dataset.test_targets).mean()
    spread = np.sqrt(exact * (1 - exact) / len(predicted))
    assert abs(counted - exact) < 4 * spread + 1e-3
    assert 0.75 < exact < 0.999

    for label in range(c):
        weight = density[:, label] * step**2
        drawn = dataset.test_inputs[dataset.test_targets == label].astype(float)
        centre = weight @ grid
        assert drawn.mean(axis=0) == pytest.approx(centre, abs=4 * drawn.std() / np.sqrt(1000))
        assert drawn.var(axis=0) == pytest.approx(weight @ (grid - centre) ** 2, rel=0.25)


@pytest.mark.parametrize("name", SCENARIO)
def test_points_are_of_unit_scale_for_every_number_of_classes(name: str) -> None:
    classes = DATASETS[name].parameters[0]
    assert classes.low is not None
    assert classes.high is not None
    for number in range(int(classes.low), int(classes.high) + 1):
        dataset = build_dataset(DataConfig(name, {"classes": number}), 0)
        assert len(dataset.class_names) == number
        assert 0.3 < np.abs(dataset.test_inputs).mean() < 1.0
        assert np.abs(dataset.test_inputs).max() < 2.5
        predicted = balanced_log_density(dataset, dataset.test_inputs).argmax(axis=1)
        assert (predicted == dataset.test_targets).mean() > 0.7


def test_part_of_the_hard_head_lies_among_the_rarest_class() -> None:
    dataset = build_dataset(DataConfig("hard_head"), 0)
    rarest = len(dataset.class_names) - 1
    centre = dataset.test_inputs[dataset.test_targets == rarest].mean(axis=0)
    near = np.linalg.norm(dataset.train_inputs - centre, axis=1) < 0.45
    counts = np.bincount(dataset.train_targets[near], minlength=rarest + 1)
    assert counts[0] > counts[rarest], "more head than tail at the tail's place"
    assert counts[0] < 0.2 * dataset.train_counts[0], "and yet a small part of the head"


def test_the_noisy_tail_has_wrong_labels_in_the_tail_only() -> None:
    dataset = build_dataset(DataConfig("noisy_tail", {"tail_noise": 0.4, "n_max": 1000}), 0)
    assert dataset.flipped is not None
    wrong = np.bincount(dataset.train_targets[dataset.flipped], minlength=4)
    assert wrong[:2].tolist() == [0, 0]
    assert wrong[2:] == pytest.approx(0.4 * dataset.train_counts[2:], abs=1)
    believed = balanced_log_density(dataset, dataset.train_inputs).argmax(axis=1)
    right = believed == dataset.train_targets
    assert right[~dataset.flipped].mean() > 0.85
    assert right[dataset.flipped].mean() < 0.3


def test_far_points_have_a_finite_density() -> None:
    for name in PLANE:
        dataset = build_dataset(DataConfig(name), 0)
        assert np.isfinite(balanced_log_density(dataset, np.array([[50.0, -40.0]]))).all()


def test_points_of_the_wrong_shape_are_refused() -> None:
    dataset = build_dataset(DataConfig("clouds"), 0)
    with pytest.raises(DataError, match=r"\(n, 2\)"):
        balanced_log_density(dataset, np.zeros((4, 3)))


@pytest.mark.parametrize("name", PLANE)
def test_a_preview_shows_every_class_and_never_changes(name: str) -> None:
    points, targets = scenario_preview(name, 300)
    again, _ = scenario_preview(name, 300)
    assert np.array_equal(points, again)
    assert len(points) == len(targets) == pytest.approx(300, abs=5)
    assert np.bincount(targets).min() >= 5


def test_unknown_names_parameters_and_profiles_list_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=", ".join(DATASETS)):
        build_dataset(DataConfig("cloud"), 0)
    with pytest.raises(ConfigError, match=r"n_max.*but got 'n_min'"):
        build_dataset(DataConfig("clouds", {"n_min": 3}), 0)
    with pytest.raises(ConfigError, match="at least|from 2"):
        build_dataset(DataConfig("clouds", {"classes": 1}), 0)
    with pytest.raises(ConfigError, match=r"exponential, step, pareto, but got 'as_is'"):
        build_dataset(DataConfig("clouds", profile="as_is"), 0)
    with pytest.raises(ConfigError, match="hard_head"):
        scenario_preview("nothing")
    with pytest.raises(ConfigError, match="hard_head"):
        scenario_preview("digits")
