"""The figures of a split, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from harmony_core.arrays import Array
from harmony_core.inspection.pilot.metrics import (
    CHOOSABLE,
    METRICS,
    Predictions,
    inner_score,
    measure,
)

RNG = np.random.default_rng(0)
TARGETS = np.repeat([0, 1, 2], [60, 30, 10])
PRIORS = np.array([0.6, 0.3, 0.1])
GROUPS = np.array([0, 1, 2])


def said(targets: Array, classes: int = 3) -> Array:
    scores = RNG.normal(size=(len(targets), classes)) + 1.5 * np.eye(classes)[targets]
    return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))


def test_they_are_those_of_scikit_learn_on_a_stratified_test() -> None:
    log_p = said(TARGETS)
    guessed = log_p.argmax(axis=1)
    values, areas = measure(Predictions(log_p, TARGETS, PRIORS, GROUPS))
    assert set(values) == set(METRICS)
    assert values["accuracy"] == pytest.approx((guessed == TARGETS).mean())
    assert values["balanced_accuracy"] == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(TARGETS, guessed)
    )
    assert values["macro_f1"] == pytest.approx(
        sklearn_metrics.f1_score(TARGETS, guessed, average="macro")
    )
    assert values["log_loss"] == pytest.approx(sklearn_metrics.log_loss(TARGETS, np.exp(log_p)))
    assert values["tail_precision"] == pytest.approx(
        sklearn_metrics.precision_score(TARGETS, guessed, average=None)[2]
    )
    assert values["tail"] == pytest.approx((guessed[TARGETS == 2] == 2).mean())
    for c in range(3):
        assert areas[c] == pytest.approx(
            sklearn_metrics.average_precision_score(TARGETS == c, log_p[:, c])
        )
    assert values["auprc"] == pytest.approx(areas.mean())


def test_a_balanced_test_is_weighted_to_the_natural_shares() -> None:
    targets = np.repeat([0, 1], [10, 10])
    log_p = np.log(np.array([[0.9, 0.1]] * 10 + [[0.8, 0.2]] * 10))  # never names class 1
    values, _ = measure(Predictions(log_p, targets, np.array([0.95, 0.05]), np.array([0, 2])))
    assert values["balanced_accuracy"] == pytest.approx(0.5)
    assert values["accuracy"] == pytest.approx(0.95)
    assert values["log_loss"] == pytest.approx(-0.95 * np.log(0.9) - 0.05 * np.log(0.2))
    assert np.isnan(values["tail_precision"])


def test_calibration_is_the_gap_of_confidence_and_accuracy() -> None:
    log_p = np.log(np.array([[0.8, 0.2]] * 10))
    targets = np.array([0] * 6 + [1] * 4)
    values, _ = measure(Predictions(log_p, targets, np.array([0.6, 0.4]), np.array([0, 2])))
    assert values["ece"] == pytest.approx(0.2)


def test_classes_without_test_samples_take_no_part() -> None:
    targets = np.repeat([0, 1], [20, 5])
    values, areas = measure(Predictions(said(targets), targets, PRIORS, GROUPS))
    assert np.isnan(areas[2])
    assert np.isnan(values["tail"])
    assert all(np.isfinite(values[m]) for m in ("accuracy", "balanced_accuracy", "macro_f1"))


def test_inner_scores_grow_with_quality_also_where_less_is_better() -> None:
    good, bad = said(TARGETS), said(RNG.permutation(TARGETS))
    for metric in CHOOSABLE:
        assert inner_score(metric, good, TARGETS) > inner_score(metric, bad, TARGETS)
