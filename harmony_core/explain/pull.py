"""The pull: the gradient a sample contributes over what it would contribute under cross-entropy.

    pull_i = ‖∂L_i/∂z‖₁ / (u ‖p_i − y_i‖₁),    of a class: the ratio of the sums over its samples

p is the plain softmax of the same logits z, so both are of the same network. For a weight w on the
cross-entropy of adjusted logits it is w·g̃/g with g = ½‖p − y‖₁: a margin pulls too, although every
weight is 1. u is the mean of what a sample adds to the denominator of the loss, 1 unless classes
are re-weighted. As in `explain.sample`, the loss is in evaluation mode: a term that belongs to a
batch and to no single sample, as that of LADE, is left out, and so is noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..config import ExperimentConfig
from ..frames import Frame, Scene
from ..top_logits import TopLogits
from .base import explanation_of
from .numbers import deferred_weights
from .sample import explain_all

LEAST = 1e-6
"""Norm of p − y below which the recorded logits, in half precision, say nothing of a ratio."""


@dataclass(frozen=True)
class Pull:
    """Pull and weight of one method after one epoch, from the tracked samples."""

    samples: Array
    """(k,) pull of each tracked sample; NaN for one that is learned beyond `LEAST`"""
    classes: Array
    """(c,) pull of each class; NaN without a tracked sample that is not learned"""
    weights: Array
    """(c,) mean weight of each class's tracked samples over the same u; NaN without any"""


def pull_of(config: ExperimentConfig, scene: Scene, frame: Frame) -> Pull:
    """What ``config.methods[frame.method]`` pulls at the epoch of ``frame``.

    Where only the largest logits were recorded, the pull of a class is the recorded one, and that
    of single samples is NaN.
    """
    c, k = len(scene.class_names), len(scene.tracked_targets)
    targets = np.asarray(scene.tracked_targets, dtype=np.int64)
    if isinstance(frame.tracked_logits, TopLogits):
        return _recorded_pull(config, scene, frame, targets)
    own, plain, weight, unit = (np.zeros(k) for _ in range(4))
    for i, seen in enumerate(explain_all(config, scene, frame)):
        own[i] = np.abs(seen.gradient).sum()
        rest = np.delete(seen.p, seen.label).sum()  # 1 − p_y without cancellation
        plain[i] = 2 * rest
        weight[i], unit[i] = seen.weight, seen.unit
    classes, mean = class_pulls(own, plain, unit, targets, scene.train_counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        samples = np.where(plain > LEAST, own / plain, np.nan) / mean
        tracked = np.bincount(targets, minlength=c)
        weights = np.bincount(targets, weight, minlength=c) / tracked / mean
    return Pull(samples, classes, weights)


def _recorded_pull(config: ExperimentConfig, scene: Scene, frame: Frame, targets: Array) -> Pull:
    method, counts = config.methods[frame.method], scene.train_counts
    loss = explanation_of(method, counts).scheduled(frame.epoch, config.epochs)
    loss.read(frame)
    unit = deferred_weights(method, counts, frame.epoch, config.epochs)
    if loss.divides_by_class_weights:
        unit = unit * loss.class_weights()
    nothing = np.zeros(len(targets))
    unknown, mean = class_pulls(nothing, nothing, unit[targets], targets, counts)
    classes = unknown if frame.class_pull is None else frame.class_pull
    with np.errstate(divide="ignore", invalid="ignore"):
        tracked = np.bincount(targets, minlength=len(counts))
        weights = np.bincount(targets, frame.tracked_weight, minlength=len(counts)) / tracked / mean
    return Pull(np.full(len(targets), np.nan), np.asarray(classes, dtype=np.float64), weights)


def class_pulls(
    own: Array, plain: Array, unit: Array, targets: Array, train_counts: Array
) -> tuple[Array, float]:
    """The pull (c,) of each class, and u, from what its tracked samples (k,) contribute.

    ``own`` is ‖∂L/∂z‖₁, ``plain`` ‖p − y‖₁ and ``unit`` what each adds to the denominator of the
    loss; ``train_counts`` (c,) are the training samples of each class, by which u is averaged.
    """
    c = len(train_counts)
    tracked = np.bincount(targets, minlength=c)
    known = tracked > 0

    def by_class(values: Array) -> Array:
        return np.bincount(targets, values, minlength=c)

    with np.errstate(divide="ignore", invalid="ignore"):
        units = by_class(unit) / tracked
        counts = np.where(known, np.asarray(train_counts, dtype=np.float64), 0)
        mean = float(np.sum(counts[known] * units[known]) / counts.sum()) if known.any() else 1.0
        whole = by_class(plain)
        return np.where(whole > LEAST, by_class(own) / whole, np.nan) / mean, mean
