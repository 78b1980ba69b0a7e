"""How often each class is predicted, against the shares of the training and of the test set."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..cells import Table

SMALLEST = 1e-6
"""Added to every share before its logarithm, as in the authors' code."""
LEAST_SKEW = 1e-3
"""Nats; a shift of about 2 % of the samples."""


def pdc(confusion: Table, train_counts: Array) -> float:
    """Prediction distribution calibration: how much of the training set's skew predictions keep.

    Σ p_c [ln p_c − ln q_c] / Σ p_c [ln p_c − ln s_c], with q_c the share of test samples predicted
    as c, p_c the share of test samples of class c, and s_c that of training samples. 0: classes are
    predicted as often as they occur in the test set; 1: as unevenly as they occur in the training
    set. It may exceed 1. NaN if the test set is as uneven as the training set, where it compares
    nothing: without test samples, if no class is a whole sample away from its share of the training
    set, as in a stratified test set, or if the denominator is below 0.001 nats.
    ``confusion`` holds counts (c, c), rows true, columns predicted; ``train_counts`` is (c,).
    Fang et al. 2023, arXiv 2302.14284.

    >>> pdc(np.array([[10, 0], [0, 10]]), np.array([90, 10]))
    0.0
    >>> round(pdc(np.array([[10, 0], [8, 2]]), np.array([90, 10])), 3)
    1.0
    """
    test, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    if not test.sum() or not np.sum(train_counts):
        return float("nan")
    p, q, s = (
        np.log(np.asarray(counts) / np.sum(counts) + SMALLEST)
        for counts in (test, predicted, train_counts)
    )
    share = test / test.sum()
    skew = float((share * (p - s)).sum())
    expected = test.sum() * np.asarray(train_counts) / np.sum(train_counts)
    if skew < LEAST_SKEW or bool((np.abs(test - expected) < 1).all()):
        return float("nan")
    return float((share * (p - q)).sum()) / skew
