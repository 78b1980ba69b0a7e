"""What some chosen landmarks are: their classes, and how the network's answers for them changed.

Axes: s chosen landmarks, c classes, e epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...frames import Frame, Scene
from .result import Landmarks, Panel
from .samples import sample_terms

Array = NDArray[Any]


@dataclass(frozen=True)
class Mix:
    """One class among the chosen."""

    label: int
    chosen: int
    drawn: int
    """Landmarks of the class in the whole picture"""
    right: tuple[tuple[int, int], ...]
    """For each method: right before and right now"""


def class_mix(
    landmarks: Landmarks, chosen: Array, before: Sequence[Panel], now: Sequence[Panel]
) -> list[Mix]:
    """The classes of the chosen, most frequent first, with what each method got right."""
    targets = landmarks.targets
    found = []
    for label in np.unique(targets[chosen]):
        mine = chosen[targets[chosen] == label]
        right = tuple(
            (int((old.predicted[mine] == label).sum()), int((new.predicted[mine] == label).sum()))
            for old, new in zip(before, now, strict=True)
        )
        found.append(Mix(int(label), len(mine), int((targets == label).sum()), right))
    return sorted(found, key=lambda mix: (-mix.chosen, mix.label))


def confusion(landmarks: Landmarks, chosen: Array, panel: Panel) -> Array:
    """(c, c) int64 counts of the chosen, rows true, columns predicted."""
    c = len(landmarks.train_counts)
    pairs = landmarks.targets[chosen] * c + panel.predicted[chosen].astype(np.int64)
    return np.bincount(pairs, minlength=c * c).reshape(c, c)


@dataclass(frozen=True)
class Course:
    """Mean weight and gradient norm of the chosen training samples, by method and epoch."""

    epochs: tuple[int, ...]
    weight: Array
    """(m, e), NaN where none of the chosen is followed"""
    grad_norm: Array
    """(m, e)"""
    followed: int
    """How many of the chosen are training samples whose weight is recorded"""


def course(scene: Scene, frames: Sequence[Sequence[Frame]], chosen: Array) -> Course:
    """Over the epochs of ``frames``, each a list with one frame a method."""
    many = len(frames[0]) if frames else 0
    weight = np.full((many, len(frames)), np.nan)
    norm = np.full((many, len(frames)), np.nan)
    followed = 0
    for e, epoch in enumerate(frames):
        for m, frame in enumerate(epoch):
            terms = [values[chosen] for values in sample_terms(scene, frame)]
            known = np.isfinite(terms[0])
            followed = max(followed, int(known.sum()))
            if known.any():
                weight[m, e], norm[m, e] = (float(t[known].mean()) for t in terms)
    return Course(tuple(f[0].epoch for f in frames), weight, norm, followed)
