"""Recall of the rare parts of classes, where a class has parts of very different size.

Axes: g side of the decision grid, h points.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..frames import Scene


def hard_part_recall(scene: Scene, grid_class: Array | None) -> float | None:
    """Share of the scene's points of rare parts that ``grid_class`` (g, g) decides right.

    Every part has equally many points, so this is the mean recall of the parts, in [0, 1]. None
    without a decision grid, or without such points.
    """
    points, targets = scene.hard_points, scene.hard_targets
    if grid_class is None or scene.extent is None or points is None or targets is None:
        return None
    return float((decided(scene.extent, grid_class, points) == targets).mean())


def decided(extent: tuple[float, float, float, float], grid_class: Array, points: Array) -> Array:
    """The class (h,) of the grid's cell (g, g) that holds each point (h, 2), or is nearest to it.

    >>> decided((0, 2, 0, 2), np.array([[0, 1], [2, 3]]), np.array([[0.5, 0.5], [9.0, 1.5]]))
    array([0, 3])
    """
    x0, x1, y0, y1 = extent
    side = len(grid_class)
    columns = ((points[:, 0] - x0) / (x1 - x0) * side).astype(int).clip(0, side - 1)
    rows = ((points[:, 1] - y0) / (y1 - y0) * side).astype(int).clip(0, side - 1)
    return np.asarray(grid_class[rows, columns])
