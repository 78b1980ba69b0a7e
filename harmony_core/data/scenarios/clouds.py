"""Round Gaussian clouds on a circle, each overlapping its two neighbours."""

from __future__ import annotations

import numpy as np

from ..densities import GaussianMixture, Mixture
from .curves import circle
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    # Neighbours on the circle are a fixed number of widths apart for any number of classes.
    gap = 2 * 0.75 * np.sin(np.pi / classes)
    return GaussianMixture(circle(classes, 0.75), 0.37 * gap * spread, range(classes))


SCENARIO = scenario(
    name="clouds",
    title="Clouds",
    summary="Gaussian clouds on a circle, each overlapping its neighbours.",
    lesson="Cross-entropy is not wrong, it answers another question: it shifts every boundary into "
    "the rarer class, and correcting that shift is nearly all there is to gain.",
    classes=(5, 2, 12),
    density=density,
)
