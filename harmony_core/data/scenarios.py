"""The 2-D scenarios: where each class's probability mass lies in the plane.

Each function gives the densities of all classes for a number of classes and a ``spread``, the width
of the clouds as a multiple of the scenario's own. Everything lies within about 1.3 of the origin, so
that one network recipe fits all. Class 0 is the head, the last class the rarest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .densities import CellMixture, GaussianMixture, Mixture

Array = NDArray[Any]


def clouds(classes: int, spread: float) -> Mixture:
    """Round Gaussian clouds on a circle, each overlapping its two neighbours."""
    # Neighbours on the circle stand a fixed number of widths apart, whatever the number of classes.
    gap = 2 * 0.8 * np.sin(np.pi / classes)
    return GaussianMixture(_circle(classes, 0.8), 0.42 * gap * spread, range(classes))


def hard_head(classes: int, spread: float) -> Mixture:
    """A broad head in the middle, the others around it, and part of the head at the tail's edge."""
    ring = _circle(classes - 1, 0.78, start=np.pi / 2)
    rarest = np.arctan2(ring[-1, 1], ring[-1, 0])
    outpost = 1.05 * np.array([np.cos(rarest + 0.42), np.sin(rarest + 0.42)])
    means = np.vstack([[[0.0, 0.0], outpost], ring])
    scales = np.array([0.30, 0.09, *[0.20] * (classes - 1)]) * spread
    weights = [0.85, 0.15, *[1.0] * (classes - 1)]
    return GaussianMixture(means, scales, [0, 0, *range(1, classes)], weights)


def _circle(n: int, radius: float, start: float = np.pi / 2) -> Array:
    """(n, 2) points on a circle, counter-clockwise."""
    angle = start + 2 * np.pi * np.arange(n) / n
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


SCENARIOS: dict[str, Callable[[int, float], Mixture]] = {
    "hard_head": hard_head,
    "clouds": clouds,
}
