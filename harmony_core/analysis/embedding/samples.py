"""Weight and gradient norm of the samples in the picture, as training recorded them."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...frames import Frame, Scene


def tracked_rows(scene: Scene) -> Array:
    """(l,) int64: position of each landmark among the tracked samples, −1 if it is not tracked.

    Test samples are never tracked: nothing is learned from them, so they have no weight.
    """
    if scene.landmark_index is None:
        return np.zeros(0, dtype=np.int64)
    place = {int(row): i for i, row in enumerate(scene.tracked_index)}
    return np.array([place.get(int(row), -1) for row in scene.landmark_index], dtype=np.int64)


def sample_terms(scene: Scene, frame: Frame) -> tuple[Array, Array]:
    """(l,) weight and (l,) gradient norm as the method's loss gives them, NaN where untracked."""
    rows = tracked_rows(scene)
    known = rows >= 0
    found = []
    for values in (frame.tracked_weight, frame.tracked_grad_norm):
        column = np.full(len(rows), np.nan, dtype=np.float32)
        column[known] = values[rows[known]]
        found.append(column)
    return found[0], found[1]
