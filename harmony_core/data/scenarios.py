"""The 2-D scenarios: where each class's probability mass lies in the plane.

Each function gives the densities of all classes for a number of classes and a ``spread``, the
width of the clouds as a multiple of the scenario's own. Nearly everything lies within 1.5 of the
origin, so that one network recipe fits all. Class 0 is the head, the last class the rarest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .densities import CellMixture, GaussianMixture, Mixture

Array = NDArray[Any]
ALONG = 48
"""Components along a curve."""


def clouds(classes: int, spread: float) -> Mixture:
    """Round Gaussian clouds on a circle, each overlapping its two neighbours."""
    # Neighbours on the circle stand a fixed number of widths apart, whatever the number of classes.
    gap = 2 * 0.75 * np.sin(np.pi / classes)
    return GaussianMixture(_circle(classes, 0.75), 0.37 * gap * spread, range(classes))


def hard_head(classes: int, spread: float) -> Mixture:
    """A broad head in the middle, the others around it, and part of the head at the tail's edge."""
    ring = _circle(classes - 1, 0.78, start=np.pi / 2)
    rarest = np.arctan2(ring[-1, 1], ring[-1, 0])
    outpost = 1.05 * np.array([np.cos(rarest + 0.42), np.sin(rarest + 0.42)])
    means = np.concatenate([np.zeros((1, 2)), outpost[None], ring])
    scales = np.array([0.24, 0.08, *[0.22] * (classes - 1)]) * spread
    weights = [0.85, 0.15, *[1.0] * (classes - 1)]
    return GaussianMixture(means, scales, [0, 0, *range(1, classes)], weights)


def moons(classes: int, spread: float) -> Mixture:
    """Interleaved crescents in a row, open downwards and upwards in turn."""
    radius = 2.3 / (1.15 * classes + 0.85)
    angle = np.linspace(0.05 * np.pi, 0.95 * np.pi, ALONG)
    arcs = []
    for c in range(classes):
        up = 1.0 if c % 2 == 0 else -1.0
        x = 1.15 * (c - (classes - 1) / 2) + up * np.cos(angle)
        arcs.append(radius * np.column_stack([x, up * (np.sin(angle) - 0.3)]))
    return _along(arcs, 0.17 * radius * spread)


def spirals(classes: int, spread: float) -> Mixture:
    """Spiral arms, one for each class, evenly dense along their length."""
    turns, inner, outer = 0.9, 0.15, 1.15
    # Radii whose squares are evenly spaced are evenly spaced along the arm, but for its first bit.
    radius = np.sqrt(np.linspace(inner**2, outer**2, ALONG))
    along = (radius - inner) / (outer - inner)
    arms = []
    for c in range(classes):
        angle = 2 * np.pi * (turns * along + c / classes)
        arms.append(radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return _along(arms, 0.19 * (outer - inner) / (turns * classes) * spread)


def rings(classes: int, spread: float) -> Mixture:
    """Concentric rings: the head is the outermost, the rarest class the bull's eye."""
    gap = 1.1 / (classes - 0.6)
    circles = [_circle(ALONG, gap * (classes - c - 0.6)) for c in range(classes)]
    return _along(circles, 0.32 * gap * spread)


def checkerboard(classes: int, spread: float) -> Mixture:
    """Soft-edged squares of a board, the classes in turn along rows and columns."""
    squares = {2: 3, 3: 3, 4: 4}[classes]
    step = 2 if classes == 4 else 1
    pitch = 2.2 / squares
    corners, owner = [], []
    for row in range(squares):
        for column in range(squares):
            corners.append([-1.1 + (column + 0.06) * pitch, -1.1 + (row + 0.06) * pitch])
            owner.append((column + step * row) % classes)
    return CellMixture(corners, 0.88 * pitch, 0.04 * pitch * spread, owner)


def noisy_tail(classes: int, spread: float) -> Mixture:
    """Well separated clouds; what makes this one hard is the labels (see `synthetic`)."""
    gap = 2 * 0.8 * np.sin(np.pi / classes)
    return GaussianMixture(_circle(classes, 0.8), 0.26 * gap * spread, range(classes))


def rare_clusters(classes: int, spread: float) -> Mixture:
    """Four clusters a class, apart from each other, two of them rare."""
    return _patches(classes, weights=(0.06, 0.6, 0.28, 0.06), widths=(0.19,) * 4, spread=spread)


def uneven_clusters(classes: int, spread: float) -> Mixture:
    """Three clusters a class of uneven size and width, which overlap."""
    return _patches(classes, weights=(0.15, 0.6, 0.25), widths=(0.2, 0.36, 0.28), spread=spread)


def _patches(
    classes: int, weights: tuple[float, ...], widths: tuple[float, ...], spread: float
) -> Mixture:
    """Clusters on a sunflower's seed positions; ``widths`` in units of the mean distance."""
    m = classes * len(weights)
    radius = 1.1 * np.sqrt((np.arange(m) + 0.5) / m)
    angle = np.arange(m) * np.pi * (3 - np.sqrt(5))
    means = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    distance = 1.1 * np.sqrt(np.pi / m)
    return GaussianMixture(
        means,
        distance * spread * np.repeat(widths, classes),
        np.tile(np.arange(classes), len(weights)),
        np.repeat(weights, classes),
    )


def _along(curves: list[Array], width: float) -> Mixture:
    """One curve a class, each a chain of equal Gaussians: the chain itself is the density."""
    owner = np.repeat(np.arange(len(curves)), [len(curve) for curve in curves])
    return GaussianMixture(np.concatenate(curves), width, owner)


def _circle(n: int, radius: float, start: float = np.pi / 2) -> Array:
    """(n, 2) points on a circle, counter-clockwise."""
    angle = start + 2 * np.pi * np.arange(n) / n
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


SCENARIOS: dict[str, Callable[[int, float], Mixture]] = {
    scenario.__name__: scenario
    for scenario in (
        hard_head,
        clouds,
        moons,
        spirals,
        rings,
        checkerboard,
        noisy_tail,
        rare_clusters,
        uneven_clusters,
    )
}
