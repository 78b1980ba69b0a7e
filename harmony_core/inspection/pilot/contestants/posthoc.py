"""Remedies after training: logit adjustment, and an offset for each class.

Axes: n samples, c classes.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ....arrays import Array
from ..metrics import inner_score
from .probabilities import normalised
from .spec import Contestant, Task

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""How much of the log prior is taken off before the classes are adjusted one by one."""
STEPS = (1.0, 0.5, 0.25)
"""By how much the offset of a class is moved, up or down, while that helps."""
LEAST = 1e-3
"""Gain of the inner score below which an offset stays."""


def adjust(task: Task, plain: str) -> Array:
    r"""Logit adjustment: :math:`\log p_c - \log \pi_c` (Menon et al. 2021, 2007.07314)."""
    task.kept["recipe"] = "minus the log prior"
    return normalised(task.of(plain) - _log_priors(task))


def move(task: Task, plain: str) -> Array:
    """Thresholds: offsets of the log-probabilities, chosen on predictions out of fold."""
    said = task.of(plain)
    held_out = task.out_of_fold(plain)
    known = np.isfinite(held_out).all(axis=1)
    aim = "balanced_accuracy" if task.metric == "log_loss" else task.metric
    offsets = best_offsets(held_out[known], task.codes[known], _log_priors(task), aim)
    task.kept["recipe"] = "offsets chosen out of fold"
    return normalised(said + offsets)


def best_offsets(scores: Array, targets: Array, log_priors: Array, metric: str) -> Array:
    """(c,) offsets that raise the metric of (n, c) log-probabilities.

    The best multiple of the log priors to begin with; then one class after the other is moved.

    >>> scores = np.log(np.array([[0.9, 0.1], [0.7, 0.3], [0.8, 0.2], [0.6, 0.4]]))
    >>> offsets = best_offsets(
    ...     scores, np.array([0, 1, 0, 1]), np.log([0.75, 0.25]), "balanced_accuracy")
    >>> (scores + offsets).argmax(axis=1).tolist()
    [0, 1, 0, 1]
    """
    starts = [-strength * log_priors for strength in STRENGTHS]
    reached = [inner_score(metric, scores + start, targets) for start in starts]
    first = int(np.argmax(np.array(reached) > max(reached) - LEAST))
    offsets, best = starts[first], reached[first]
    for step in STEPS:
        for c in range(scores.shape[1]):
            for sign in (1, -1):
                moved = offsets.copy()
                moved[c] += sign * step
                score = inner_score(metric, scores + moved, targets)
                if score > best + LEAST:
                    offsets, best = moved, score
                    break
    return np.asarray(offsets)


def _log_priors(task: Task) -> Array:
    counts = np.bincount(task.codes, minlength=task.classes)
    return np.asarray(np.log(np.maximum(counts, 0.5) / counts.sum()))


def posthoc(plain: Contestant, *, thresholds: bool = True) -> tuple[Contestant, ...]:
    """The remedies on a contestant; thresholds need two more trainings of it."""
    adjusted = Contestant(
        f"{plain.name}_adjusted", f"{plain.label}, logit adjustment", plain.family,
        plain.simplicity + 2, partial(adjust, plain=plain.name), "adjusted", plain.name,
        default=plain.default, unavailable=plain.unavailable,
    )  # fmt: skip
    moved = Contestant(
        f"{plain.name}_thresholds", f"{plain.label}, thresholds", plain.family,
        plain.simplicity + 3, partial(move, plain=plain.name), "thresholds", plain.name,
        default=plain.default, unavailable=plain.unavailable,
    )  # fmt: skip
    return (adjusted, moved) if thresholds else (adjusted,)
