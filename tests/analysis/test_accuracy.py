"""Recall by class and by group, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from harmony_core.analysis.accuracy import (
    group_recall,
    recall,
    shots,
    thirds,
)
from harmony_core.errors import ConfigError


def test_figures_equal_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    true, predicted = generator.integers(0, 5, 400), generator.integers(0, 5, 400)
    confusion = metrics.confusion_matrix(true, predicted)
    expected = metrics.recall_score(true, predicted, average=None)
    np.testing.assert_allclose(recall(confusion), expected)
    expected = metrics.balanced_accuracy_score(true, predicted)
    assert np.nanmean(recall(confusion)) == pytest.approx(expected)


def test_the_classic_lie() -> None:
    """99 % accurate and useless: everything is called the head."""
    confusion = np.array([[990, 0], [10, 0]])
    assert np.nanmean(recall(confusion)) == 0.5


def test_a_class_without_samples_has_no_figure() -> None:
    confusion = np.array([[3, 1, 0], [0, 0, 0], [0, 2, 0]])
    np.testing.assert_array_equal(recall(confusion), [0.75, np.nan, 0])
    assert np.nanmean(recall(confusion)) == 0.375


@pytest.mark.parametrize(
    ("classes", "sizes"),
    [(2, (1, 0, 1)), (3, (1, 1, 1)), (4, (1, 2, 1)), (5, (2, 1, 2)), (10, (3, 4, 3)),
     (100, (33, 34, 33))],
)  # fmt: skip
def test_head_and_tail_are_thirds_of_the_classes(classes: int, sizes: tuple[int, ...]) -> None:
    groups = thirds(np.arange(classes, 0, -1))
    assert tuple(np.bincount(groups, minlength=3)) == sizes
    assert (np.diff(groups) >= 0).all()


def test_thirds_go_by_size_not_by_label() -> None:
    np.testing.assert_array_equal(thirds(np.array([5, 100, 20])), [2, 0, 1])
    np.testing.assert_array_equal(thirds(np.array([7, 7, 7])), [0, 1, 2])


def test_shots_have_the_bounds_of_the_field_and_can_have_others() -> None:
    counts = np.array([500, 101, 100, 20, 19, 1])
    np.testing.assert_array_equal(shots(counts), [0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(shots(counts, many_above=200, few_below=50), [0, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(shots(counts, many_above=19, few_below=20), [0, 0, 0, 0, 2, 2])
    with pytest.raises(ConfigError, match="few_below=50 and many_above=20"):
        shots(counts, many_above=20, few_below=50)


def test_a_group_is_the_mean_of_its_classes() -> None:
    means = group_recall(np.array([1.0, 0.5, 0.2, np.nan]), np.array([0, 0, 2, 2]))
    np.testing.assert_array_equal(means, [0.75, np.nan, 0.2])
