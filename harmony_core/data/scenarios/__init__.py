"""The 2-D scenarios: classes in the plane whose densities are known.

A scenario is one file, with the densities of all classes and its declaration, and one entry here.
A density is given the number of classes and a ``spread``, the width of the clouds as a multiple of
the scenario's own. Nearly all of the mass is within 1.5 of the origin, so that one network recipe
fits all. Class 0 is the head, the last class the rarest.
"""

from __future__ import annotations

from . import (
    checkerboard,
    clouds,
    hard_head,
    moons,
    noisy_tail,
    rare_clusters,
    rings,
    spirals,
    uneven_clusters,
)
from .scenario import ScenarioSpec

SCENARIOS: tuple[ScenarioSpec, ...] = (
    hard_head.SCENARIO,
    clouds.SCENARIO,
    moons.SCENARIO,
    spirals.SCENARIO,
    rings.SCENARIO,
    checkerboard.SCENARIO,
    noisy_tail.SCENARIO,
    rare_clusters.SCENARIO,
    uneven_clusters.SCENARIO,
)
