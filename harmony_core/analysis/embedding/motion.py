"""What moved: the samples that moved most, their paths, and changed predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from .result import Panel


@dataclass(frozen=True)
class Stragglers:
    """The samples that moved most between two panels, farthest first."""

    index: Array
    """(s,) int64 landmark"""
    distance: Array
    """(s,) float32 in radii of the later map"""
    changed: Array
    """(s,) bool: the predicted class changed"""
    flipped: Array
    """(l,) bool: the same for all landmarks"""
    usual: float
    """Median distance of all landmarks, to compare with"""


def changed(before: Panel, after: Panel) -> Array:
    """(l,) bool: the samples whose predicted class differs in the later panel.

    None if the training diverged in either panel, which then makes no claims.
    """
    if not (before.region_purity.any() and after.region_purity.any()):
        return np.zeros(len(after.predicted), dtype=bool)
    return np.asarray(before.predicted != after.predicted)


def stragglers(before: Panel, after: Panel, most: int = 20) -> Stragglers:
    """Compare two epochs of one method, or two methods at one epoch."""
    distance = np.linalg.norm(after.positions - before.positions, axis=1) / after.radius
    order = np.argsort(-distance, kind="stable")[: max(most, 0)]
    order = order[distance[order] > 0]
    flipped = changed(before, after)
    return Stragglers(
        order,
        distance[order].astype(np.float32),
        flipped[order],
        flipped,
        float(np.median(distance)),
    )


def trails(panels: Sequence[Panel], index: Array) -> Array:
    """(s, e, 2) float32: the paths of some landmarks through one method's panels by epoch."""
    return np.stack([panel.positions[index] for panel in panels], axis=1)
