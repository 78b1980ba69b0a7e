"""What errors cost, by a cost matrix of the user's own.

Axes: s splits, c classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...analysis.intervals import paired
from ...arrays import Array
from ...errors import DataError
from .comparison import SAME
from .pilot import Pilot

LARGEST = 20
"""Classes up to which a matrix can be edited."""
PER = 1_000


@dataclass(frozen=True)
class Cost:
    """What a contestant's errors cost per 1,000 samples."""

    name: str
    mean: float
    low: float
    high: float
    """Its 95 % interval over the splits."""
    dearer: int
    """Splits in which it costs more than the cheapest."""
    splits: int


def costs(pilot: Pilot, matrix: Array) -> tuple[Cost, ...]:
    """Cost of every trial per 1,000 samples as frequent as in the user's data, the cheapest first.

    1,000 · Σ_t π_t Σ_p C_{tp} n_{tp} / Σ_p n_{tp} with the counts n (c, c) of a split, rows true,
    columns predicted, the ``matrix`` C (c, c), and the shares π (c,) of the classes that the split
    tests among its training data. Raises `DataError` for a matrix of another shape, or one with
    negative or missing entries.
    """
    matrix = np.asarray(matrix, dtype=float)
    c = len(pilot.names)
    if matrix.shape != (c, c):
        raise DataError(f"Expected a cost matrix of {c} × {c} classes, but got {matrix.shape}.")
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise DataError(
            "Expected every cost to be a number from 0 on, but some are missing or negative. "
            "Fill them in."
        )
    paid = {t.name: _per_split(t.confusion, matrix, pilot.totals) for t in pilot.distinct}
    order = sorted(paid, key=lambda name: (float(paid[name].mean()), _simplicity(pilot, name)))
    if not order:
        return ()
    cheapest = paid[order[0]]
    found = []
    for name in order:
        over = paired(paid[name], np.zeros(len(cheapest)), overlap=pilot.overlap)
        low = over.low if math.isnan(over.low) else max(over.low, 0.0)
        dearer = int((paid[name] - cheapest > SAME).sum())
        found.append(Cost(name, over.mean, low, over.high, dearer, len(cheapest)))
    return tuple(found)


def equal_costs(pilot: Pilot) -> Array:
    """(c, c) every error costs 1."""
    c = len(pilot.names)
    return np.ones((c, c)) - np.eye(c)


def rarity_costs(pilot: Pilot) -> Array:
    """(c, c) an error costs by the rarity of the true class: largest size over its own size."""
    sizes = np.maximum(pilot.totals.astype(float), 1)
    weights = np.round(sizes.max() / sizes, 2)
    return np.asarray(equal_costs(pilot) * weights[:, None])


def _per_split(confusion: Array, matrix: Array, totals: Array) -> Array:
    """(s,) cost per 1,000 samples."""
    tests = confusion.sum(axis=2)
    shares = np.where(tests > 0, totals, 0.0)
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    each = (confusion * matrix).sum(axis=2) / np.maximum(tests, 1)
    return np.asarray(PER * (shares * each).sum(axis=1))


def _simplicity(pilot: Pilot, name: str) -> int:
    return pilot.trial(name).simplicity
