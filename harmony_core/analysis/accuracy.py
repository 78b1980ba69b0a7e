"""Accuracy on a balanced test set, by class and by groups of classes.

Axes: c classes. Groups are (c,) arrays of 0, 1, 2 from frequent to rare.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from ..frames import Frame

Array = NDArray[Any]
THIRDS = ("head", "medium", "tail")
SHOTS = ("many", "medium", "few")


def recall(confusion: Array) -> Array:
    """(c, c) counts, rows true → (c,) share of each class that is predicted right.

    NaN for a class without a sample.
    """
    return _ratio(np.diag(confusion), confusion.sum(axis=1))


def thirds(train_counts: Array) -> Array:
    """(c,) counts → (c,) group by rank: 0 head, 1 medium, 2 tail.

    Head and tail are a third of the classes each, rounded, at least one; of classes of equal size
    the first counts as larger. Two classes have no medium.
    """
    c = len(train_counts)
    size = max(1, round(c / 3))
    ranked = np.argsort(-np.asarray(train_counts), kind="stable")
    groups = np.ones(c, dtype=np.int64)
    groups[ranked[c - size :]] = 2
    groups[ranked[:size]] = 0
    return groups


def shots(train_counts: Array, many: int = 100, few: int = 20) -> Array:
    """(c,) counts → (c,) group: 0 more than ``many`` training samples, 2 fewer than ``few``.

    The field's bounds (Liu et al. 2019, arXiv 1904.05160) are the defaults; a small data set, as
    CIFAR-10-LT, needs others.
    """
    if not 0 < few <= many + 1:
        raise ConfigError(
            f"Expected bounds with 0 < few ≤ many + 1, but got few={few} and many={many}."
        )
    counts = np.asarray(train_counts)
    return np.where(counts > many, 0, np.where(counts < few, 2, 1)).astype(np.int64)


def group_recall(class_recall: Array, groups: Array) -> Array:
    """(c,) recalls and groups → (3,) mean recall of each group; NaN for an empty one."""
    return np.array([_mean(np.asarray(class_recall)[groups == group]) for group in range(3)])


def frame_figures(frame: Frame, train_counts: Array) -> dict[str, float]:
    """The figures of one frame by which methods are compared, all in [0, 1].

    Head, medium and tail are thirds of the classes by rank; many-, medium- and few-shot are the
    groups of `shots`, NaN where no class is in one.
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
    }


def _ratio(part: Array, whole: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / np.maximum(whole, 1), np.nan))


def _mean(values: Array) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")
