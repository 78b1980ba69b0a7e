"""Interleaved crescents in a row, open downwards and upwards in turn."""

from __future__ import annotations

import numpy as np

from ..densities import Mixture
from .curves import ALONG, chain
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    radius = 2.3 / (1.15 * classes + 0.85)
    angle = np.linspace(0.05 * np.pi, 0.95 * np.pi, ALONG)
    arcs = []
    for c in range(classes):
        up = 1.0 if c % 2 == 0 else -1.0
        x = 1.15 * (c - (classes - 1) / 2) + up * np.cos(angle)
        arcs.append(radius * np.column_stack([x, up * (np.sin(angle) - 0.3)]))
    return chain(arcs, 0.17 * radius * spread)


SCENARIO = scenario(
    name="moons",
    title="Moons",
    summary="Interleaved crescents in a row.",
    lesson="A curved boundary moves into the rare class just as a straight one does: the counts "
    "push it, not the shape.",
    classes=(3, 2, 6),
    density=density,
)
