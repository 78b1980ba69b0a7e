"""Profiles give the field's counts; cutting and label noise keep every class alive."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.data.long_tail import (
    add_label_noise,
    counts_within,
    long_tail_counts,
    subsample,
)
from harmony_core.errors import ConfigError, DataError


@pytest.mark.parametrize(
    ("factor", "counts"),
    [
        (10, [5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500]),
        (50, [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100]),
        (100, [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]),
        (200, [5000, 2775, 1540, 854, 474, 263, 146, 81, 45, 25]),
    ],
)
def test_cifar10_lt_has_the_fields_counts(factor: float, counts: list[int]) -> None:
    assert long_tail_counts(5000, 10, factor, "exponential").tolist() == counts


def test_cifar100_lt_has_the_fields_total() -> None:
    counts = long_tail_counts(500, 100, 100, "exponential")
    assert counts.sum() == 10847
    assert (counts[0], counts[-1]) == (500, 5)


def test_step_halves_the_classes() -> None:
    assert long_tail_counts(1000, 5, 20, "step").tolist() == [1000, 1000, 1000, 50, 50]


def test_pareto_is_a_power_law_through_both_ends() -> None:
    counts = long_tail_counts(100_000, 8, 100, "pareto")
    assert (counts[0], counts[-1]) == (100_000, 1000)
    # A power law falls by the same factor whenever the rank doubles.
    assert counts[1] / counts[0] == pytest.approx(counts[3] / counts[1], rel=1e-3)
    assert counts[3] / counts[1] == pytest.approx(counts[7] / counts[3], rel=1e-3)


@given(
    n_max=st.integers(1, 5000),
    classes=st.integers(2, 60),
    factor=st.floats(1, 5000),
    profile=st.sampled_from(["exponential", "step", "pareto", "as_is"]),
)
def test_every_profile_falls_from_n_max_and_spares_every_class(
    n_max: int, classes: int, factor: float, profile: str
) -> None:
    counts = long_tail_counts(n_max, classes, factor, profile)
    assert counts.dtype == np.int64
    assert counts.shape == (classes,)
    assert counts[0] == n_max
    assert counts.min() >= 1
    assert (np.diff(counts) <= 0).all()


@pytest.mark.parametrize("factor", [0.5, 0.0, -3, math.nan, math.inf, -math.inf, "ten", True])
def test_a_factor_that_is_no_factor_is_refused(factor: object) -> None:
    with pytest.raises(ConfigError, match="imbalance_factor"):
        long_tail_counts(100, 5, factor, "exponential")  # type: ignore[arg-type]


def test_one_class_no_samples_and_unknown_profiles_are_refused() -> None:
    with pytest.raises(ConfigError, match="classes"):
        long_tail_counts(100, 1, 10, "exponential")
    with pytest.raises(ConfigError, match="n_max"):
        long_tail_counts(0, 5, 10, "exponential")
    with pytest.raises(ConfigError, match="exponential, step, pareto, as_is"):
        long_tail_counts(100, 5, 10, "zipf")


def test_a_profile_fits_what_there_is_and_ranks_by_it() -> None:
    available = np.array([40, 1000, 300])
    counts = counts_within(available, 10, "exponential")
    assert (counts <= available).all()
    assert counts.argsort().tolist() == [0, 2, 1]
    assert counts[0] == 40, "the class that limits the profile is used up"
    assert counts_within(available, 10, "as_is").tolist() == available.tolist()


def test_equal_classes_keep_their_order() -> None:
    counts = counts_within(np.full(10, 5000), 100, "exponential")
    assert counts.tolist() == long_tail_counts(5000, 10, 100, "exponential").tolist()


def test_subsample_takes_each_sample_once_and_the_right_number() -> None:
    targets = np.tile([0, 1, 2], 20)
    rows = subsample(targets, np.array([20, 5, 1]), np.random.default_rng(0))
    assert len(set(rows.tolist())) == 26
    assert np.bincount(targets[rows]).tolist() == [20, 5, 1]


@pytest.mark.parametrize("counts", [[21, 5], [0, 5]])
def test_subsample_refuses_more_than_there_is_and_less_than_one(counts: list[int]) -> None:
    with pytest.raises(DataError, match="class 0"):
        subsample(np.repeat([0, 1], 20), np.array(counts), np.random.default_rng(0))


def test_label_noise_changes_the_stated_share_and_says_where() -> None:
    targets = np.repeat(np.arange(4), [500, 300, 150, 50])
    noisy, flipped = add_label_noise(targets, 0.2, 4, np.random.default_rng(0))
    assert flipped.sum() == 200
    assert np.array_equal(noisy != targets, flipped)
    moved = np.bincount(noisy[flipped & (targets == 0)], minlength=4)
    assert moved[0] == 0
    assert moved[1:].min() > 20, "other classes are about equally likely"


def test_label_noise_leaves_each_class_one_true_sample() -> None:
    targets = np.array([0] * 50 + [1, 2])
    for seed in range(20):
        noisy, flipped = add_label_noise(targets, 0.9, 3, np.random.default_rng(seed))
        assert set(noisy[~flipped].tolist()) == {0, 1, 2}


def test_no_label_noise_changes_nothing() -> None:
    targets = np.repeat(np.arange(3), 5)
    noisy, flipped = add_label_noise(targets, 0.0, 3, np.random.default_rng(0))
    assert np.array_equal(noisy, targets)
    assert not flipped.any()
