"""Spiral arms, one for each class, evenly dense along their length."""

from __future__ import annotations

import numpy as np

from ..densities import Mixture
from .curves import ALONG, chain
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    turns, inner, outer = 0.9, 0.15, 1.15
    # Radii whose squares are evenly spaced are evenly spaced along the arm, but for its first bit.
    radius = np.sqrt(np.linspace(inner**2, outer**2, ALONG))
    along = (radius - inner) / (outer - inner)
    arms = []
    for c in range(classes):
        angle = 2 * np.pi * (turns * along + c / classes)
        arms.append(radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return chain(arms, 0.19 * (outer - inner) / (turns * classes) * spread)


SCENARIO = scenario(
    name="spirals",
    title="Spirals",
    summary="Arms that wind around each other, with room between them.",
    lesson="No two classes overlap and the tail is still lost: with few samples the shape has to "
    "be guessed, and more weight for what is rarely seen, early on, helps to guess it.",
    classes=(3, 2, 5),
    density=density,
)
