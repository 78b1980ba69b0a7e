"""Recall by class and by groups of classes, from frequent to rare.

Axes: c classes. Groups are (c,) arrays of 0, 1 and 2: head, medium and tail, or many-, medium- and
few-shot.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import ConfigError
from ..frames import Frame
from .prediction_shares import pdc

THIRDS = ("head", "medium", "tail")
SHOTS = ("many", "medium", "few")
LOWER_IS_BETTER = frozenset({"ece", "pdc", "balanced_error", "disagreement", "test_loss"})
"""Figures of which a smaller value is better."""


def recall(confusion: Array) -> Array:
    """Share (c,) of each class that is predicted correctly, NaN for a class without samples.

    ``confusion`` holds counts (c, c), rows true, columns predicted.

    >>> recall(np.array([[9, 1], [2, 2]]))
    array([0.9, 0.5])
    """
    return share_of(np.diag(confusion), confusion.sum(axis=1))


def thirds(train_counts: Array) -> Array:
    """Group (c,) of each class by the rank of its training count (c,): 0 head, 1 medium, 2 tail.

    Head and tail are a third of the classes each, rounded, at least one; of classes of equal size,
    the first ranks higher. Two classes have no medium.

    >>> thirds(np.array([5, 100, 20, 50]))
    array([2, 0, 1, 1])
    """
    c = len(train_counts)
    size = max(1, round(c / 3))
    ranked = np.argsort(-np.asarray(train_counts), kind="stable")
    groups = np.ones(c, dtype=np.int64)
    groups[ranked[c - size :]] = 2
    groups[ranked[:size]] = 0
    return groups


def shots(train_counts: Array, many_above: int = 100, few_below: int = 20) -> Array:
    """Group (c,) of each class by its training count (c,): 0 many-, 1 medium-, 2 few-shot.

    A class is many-shot with more than ``many_above`` samples and few-shot with fewer than
    ``few_below``. The defaults are those of Liu et al. 2019 (arXiv 1904.05160); a small data set
    such as CIFAR-10-LT needs others. Bounds that overlap raise `ConfigError`.

    >>> shots(np.array([500, 100, 20, 19]))
    array([0, 1, 1, 2])
    """
    if not 0 < few_below <= many_above + 1:
        raise ConfigError(
            "Expected bounds with 0 < few_below ≤ many_above + 1, "
            f"but got few_below={few_below} and many_above={many_above}. Choose bounds in order."
        )
    counts = np.asarray(train_counts)
    return np.where(counts > many_above, 0, np.where(counts < few_below, 2, 1)).astype(np.int64)


def group_recall(class_recall: Array, groups: Array) -> Array:
    """Mean recall (3,) of each group, from recalls and groups (c,).

    Classes without a recall (NaN) do not count; NaN for a group without any.

    >>> group_recall(np.array([1.0, 0.5, 0.25]), np.array([0, 0, 2]))
    array([0.75,  nan, 0.25])
    """
    recalls = np.asarray(class_recall)
    return np.array([mean_known(recalls[groups == group]) for group in range(3)])


def frame_figures(frame: Frame, train_counts: Array) -> dict[str, float]:
    """The figures of a frame by which methods are compared, in [0, 1] except for PDC.

    Balanced accuracy, ECE, the mean recall of each group of `thirds` and of `shots` over its
    classes with test samples, NaN without any, `pdc`, AUPRC, and the balanced error, 1 − balanced
    accuracy.
    """
    head, medium, tail = group_recall(frame.recall, thirds(train_counts))
    many_shot, medium_shot, few_shot = group_recall(frame.recall, shots(train_counts))
    return {
        "balanced_accuracy": frame.balanced_accuracy,
        "head": float(head),
        "medium": float(medium),
        "tail": float(tail),
        "ece": frame.ece,
        "many_shot": float(many_shot),
        "medium_shot": float(medium_shot),
        "few_shot": float(few_shot),
        "pdc": pdc(frame.confusion, train_counts),
        "auprc": frame.auprc,
        "balanced_error": 1 - frame.balanced_accuracy,
    }


def share_of(part: Array, whole: Array) -> Array:
    """``part / whole``, both (c,); NaN where the whole is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / np.maximum(whole, 1), np.nan))


def mean_known(values: Array) -> float:
    """The mean of the finite values, NaN without any."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")
