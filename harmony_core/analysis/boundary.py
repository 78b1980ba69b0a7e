"""How far a method's boundary is from that of Bayes, under the balanced density of the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frames import Scene

Array = NDArray[Any]


def disagreement(scene: Scene, grid_class: Array | None) -> float | None:
    """Share of the plane, under the balanced density, decided otherwise than Bayes: [0, 1]."""
    bayes, density = scene.bayes_class, scene.bayes_density
    if grid_class is None or bayes is None or density is None or grid_class.shape != bayes.shape:
        return None
    return float(np.sum(density, where=grid_class != bayes, dtype=np.float64))


def tail_shift(scene: Scene, grid_class: Array | None) -> tuple[float, float] | None:
    """What the rarest class loses and takes: two shares of the balanced density.

    Lost: Bayes decides for the rarest class, the method otherwise. Taken: the reverse. Taken minus
    lost is the signed shift of the boundary at the tail; negative where the tail gives ground.
    """
    bayes, density = scene.bayes_class, scene.bayes_density
    if grid_class is None or bayes is None or density is None or grid_class.shape != bayes.shape:
        return None
    rare = rarest_class(scene.train_counts)
    due, given = bayes == rare, grid_class == rare
    lost = float(np.sum(density, where=due & ~given, dtype=np.float64))
    return lost, float(np.sum(density, where=given & ~due, dtype=np.float64))


def rarest_class(counts: Array) -> int:
    """The class with the fewest training samples, the last of equals."""
    counts = np.asarray(counts)
    return int(len(counts) - 1 - np.argmin(counts[::-1]))
