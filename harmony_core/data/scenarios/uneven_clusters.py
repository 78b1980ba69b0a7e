"""Three clusters a class of uneven size and width, which overlap."""

from __future__ import annotations

from ..densities import Mixture
from .clusters import clusters
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    return clusters(classes, weights=(0.15, 0.6, 0.25), widths=(0.2, 0.36, 0.28), spread=spread)


SCENARIO = scenario(
    name="uneven_clusters",
    title="Overlapping clusters",
    summary="Every class has three overlapping clusters of uneven size and width.",
    lesson=(
        "Difficulty that cannot be learned: where clusters overlap, hard samples stay hard, "
        "and giving them more weight only moves the boundary away from its best place."
    ),
    classes=(4, 2, 6),
    density=density,
    rare_parts=True,
)
