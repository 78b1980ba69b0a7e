"""The chosen landmarks: their classes, and how the predictions, weights and g of them changed.

Axes: s chosen landmarks, c classes, e epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...frames import Frame, Scene
from .result import Landmarks, Panel
from .samples import sample_terms


@dataclass(frozen=True)
class ClassMix:
    """One class among the chosen samples."""

    label: int
    chosen: int
    drawn: int
    """Landmarks of the class in the whole picture"""
    right: tuple[tuple[int, int], ...]
    """For each method, correct predictions before and now"""


def class_mix(
    landmarks: Landmarks, chosen: Array, before: Sequence[Panel], now: Sequence[Panel]
) -> list[ClassMix]:
    """The classes of the chosen, most frequent first, with what each method got right."""
    targets = landmarks.targets
    found = []
    for label in np.unique(targets[chosen]):
        mine = chosen[targets[chosen] == label]
        right = tuple(
            (int((old.predicted[mine] == label).sum()), int((new.predicted[mine] == label).sum()))
            for old, new in zip(before, now, strict=True)
        )
        found.append(ClassMix(int(label), len(mine), int((targets == label).sum()), right))
    return sorted(found, key=lambda mix: (-mix.chosen, mix.label))


def confusion(landmarks: Landmarks, chosen: Array, panel: Panel) -> Array:
    """(c, c) int64 counts of the chosen, rows true, columns predicted."""
    c = len(landmarks.train_counts)
    pairs = landmarks.targets[chosen] * c + panel.predicted[chosen].astype(np.int64)
    return np.bincount(pairs, minlength=c * c).reshape(c, c)


@dataclass(frozen=True)
class SampleCurves:
    """Mean weight and gradient norm of the chosen training samples, by method and epoch."""

    epochs: tuple[int, ...]
    weight: Array
    """(m, e), NaN where none of the chosen is tracked"""
    grad_norm: Array
    """(m, e)"""
    followed: int
    """How many of the chosen are training samples whose weight is recorded"""


def sample_curves(scene: Scene, frames: Sequence[Sequence[Frame]], chosen: Array) -> SampleCurves:
    """Their curves over ``frames``, for each epoch a list with one frame per method."""
    methods = len(frames[0]) if frames else 0
    weight = np.full((methods, len(frames)), np.nan)
    norm = np.full((methods, len(frames)), np.nan)
    followed = 0
    for e, epoch in enumerate(frames):
        for m, frame in enumerate(epoch):
            terms = [values[chosen] for values in sample_terms(scene, frame)]
            known = np.isfinite(terms[0])
            followed = max(followed, int(known.sum()))
            if known.any():
                weight[m, e], norm[m, e] = (float(t[known].mean()) for t in terms)
    return SampleCurves(tuple(f[0].epoch for f in frames), weight, norm, followed)
