"""How far a method's decisions are from those of Bayes, under the balanced density of the plane.

Both functions return None without a decision grid, or without a Bayes grid of the same shape. Axes:
g side of the grid.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..frames import Scene


def disagreement(scene: Scene, grid_class: Array | None) -> float | None:
    """Share of the balanced density where ``grid_class`` (g, g) differs from Bayes, in [0, 1]."""
    bayes, density = scene.bayes_class, scene.bayes_density
    if grid_class is None or bayes is None or density is None or grid_class.shape != bayes.shape:
        return None
    return float(np.sum(density, where=grid_class != bayes, dtype=np.float64))


def tail_shift(scene: Scene, grid_class: Array | None) -> tuple[float, float] | None:
    """What the rarest class loses and gains: two shares of the balanced density, in [0, 1].

    Lost is where Bayes decides for the rarest class and ``grid_class`` (g, g) does not; gained is
    the reverse. Gained minus lost is negative if the boundary moves into the tail's region.
    """
    bayes, density = scene.bayes_class, scene.bayes_density
    if grid_class is None or bayes is None or density is None or grid_class.shape != bayes.shape:
        return None
    rare = rarest_class(scene.train_counts)
    optimal, decided = bayes == rare, grid_class == rare
    lost = float(np.sum(density, where=optimal & ~decided, dtype=np.float64))
    return lost, float(np.sum(density, where=decided & ~optimal, dtype=np.float64))


def rarest_class(counts: Array) -> int:
    """The class with the fewest training samples, the last one of several, from counts (c,).

    >>> rarest_class(np.array([50, 5, 5]))
    2
    """
    counts = np.asarray(counts)
    return int(len(counts) - 1 - np.argmin(counts[::-1]))
