"""A broad head in the middle, the others around it, and part of the head at the tail's edge."""

from __future__ import annotations

import numpy as np

from ..densities import GaussianMixture, Mixture
from .curves import circle
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    ring = circle(classes - 1, 0.78, start=np.pi / 2)
    rarest = np.arctan2(ring[-1, 1], ring[-1, 0])
    outpost = 1.05 * np.array([np.cos(rarest + 0.42), np.sin(rarest + 0.42)])
    means = np.concatenate([np.zeros((1, 2)), outpost[None], ring])
    scales = np.array([0.24, 0.08, *[0.22] * (classes - 1)]) * spread
    weights = [0.85, 0.15, *[1.0] * (classes - 1)]
    return GaussianMixture(means, scales, [0, 0, *range(1, classes)], weights)


SCENARIO = scenario(
    name="hard_head",
    title="Split common class",
    summary="A frequent class in the middle, with a small part of it at the edge of the rarest "
    "class.",
    lesson="Frequent does not mean easy: the hard part of the head and the tail compete for the "
    "same corner, and counting classes alone cannot tell them apart.",
    classes=(5, 3, 9),
    density=density,
    rare_parts=True,
)
