"""How skewed predictions are, against the sums written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harmony_core.analysis.prediction_shares import pdc

COUNTS = np.array([90, 8, 2])


def confusion(predicted: list[int]) -> np.ndarray:
    """Ten test samples of each of 3 classes, of which so many are predicted as each class."""
    labels = np.repeat(np.arange(3), 10)
    table = np.zeros((3, 3), dtype=np.int64)
    np.add.at(table, (labels, np.repeat(np.arange(3), predicted)), 1)
    return table


@pytest.mark.parametrize("predicted", [[20, 7, 3], [12, 9, 9], [30, 0, 0]])
def test_pdc_is_the_ratio_of_two_divergences(predicted: list[int]) -> None:
    above = below = 0.0
    for c in range(3):
        above += 1 / 3 * (math.log(1 / 3 + 1e-6) - math.log(predicted[c] / 30 + 1e-6))
        below += 1 / 3 * (math.log(1 / 3 + 1e-6) - math.log(COUNTS[c] / 100 + 1e-6))
    assert pdc(confusion(predicted), COUNTS) == pytest.approx(above / below, rel=1e-9)


def test_even_predictions_have_none_and_those_of_the_prior_all_of_the_skew() -> None:
    assert pdc(confusion([10, 10, 10]), COUNTS) == 0
    assert pdc(confusion([27, 2, 1]), np.array([27, 2, 1])) == pytest.approx(1)
    assert pdc(confusion([30, 0, 0]), COUNTS) > 1


def test_it_depends_on_how_often_a_class_is_predicted_and_not_on_what_is_right() -> None:
    table = confusion([20, 7, 3])
    assert pdc(table[:, ::-1], COUNTS[::-1]) == pytest.approx(pdc(table, COUNTS))


def test_without_skew_or_test_samples_there_is_none() -> None:
    assert math.isnan(pdc(confusion([20, 7, 3]), np.array([5, 5, 5])))
    assert math.isnan(pdc(np.zeros((3, 3), dtype=np.int64), COUNTS))


def test_a_stratified_test_set_has_no_skew_to_keep() -> None:
    """A fifth of 1,003, 13, 3 and 1 samples: rounding is no skew. A balanced test set has it."""
    trained, tested = np.array([802, 10, 2, 1]), [201, 3, 1, 0]
    table = np.zeros((4, 4), dtype=np.int64)
    table[:, 0] = tested
    assert math.isnan(pdc(table, trained))
    table[:, 0] = 50
    assert pdc(table, trained) > 1
