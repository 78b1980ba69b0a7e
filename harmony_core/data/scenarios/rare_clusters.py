"""Four clusters a class, apart from each other, two of them rare."""

from __future__ import annotations

from ..densities import Mixture
from .clusters import clusters
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    return clusters(classes, weights=(0.06, 0.6, 0.28, 0.06), widths=(0.19,) * 4, spread=spread)


SCENARIO = scenario(
    name="rare_clusters",
    title="Rare clusters",
    summary="Every class has four separate clusters, two of them with few samples.",
    lesson="Difficulty that can be learned: inside each class some samples are hard only because "
    "they are seldom seen, and giving them more weight pays.",
    classes=(4, 2, 6),
    density=density,
    rare_parts=True,
)
