"""Rows of a table that are nearly equal: the same text, and almost the same numbers.

Axes: n rows, d columns.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array

TOLERANCE = 0.01
"""Largest difference in any number column, in standard deviations of that column."""
NEIGHBOURS = 4


def near_rows(numbers: Array, texts: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """(p, 2) positions i < j of nearly equal rows, and how many of them chance would give.

    ``numbers`` (n, d) may hold NaN, which equals NaN only; ``texts`` (n,) is one key for all text
    cells of a row. Chance is what remains when every column is shuffled on its own.
    """
    n = len(numbers)
    if n < 2 or numbers.shape[1] == 0:
        return np.zeros((0, 2), dtype=np.int64), 0.0
    points = _points(numbers)
    if points.shape[1] == 0:
        return np.zeros((0, 2), dtype=np.int64), 0.0
    _, text = np.unique(texts, return_inverse=True)
    far = 10.0 * text.reshape(-1, 1)  # rows with other text can never be near
    pairs = _pairs(np.concatenate([points, far], axis=1))
    shuffled = np.stack([rng.permutation(column) for column in points.T], axis=1)
    chance = len(_pairs(np.concatenate([shuffled, rng.permutation(far)], axis=1)))
    return pairs, float(chance)


def _points(numbers: Array) -> Array:
    """Columns in standard deviations; NaN becomes a far value; constant columns are left out."""
    columns = []
    for column in numbers.T:
        finite = np.isfinite(column)
        if finite.sum() < 2:
            continue
        spread = float(column[finite].std())
        if spread < 1e-12 or not np.isfinite(spread):
            continue
        columns.append(np.where(finite, (column - column[finite].mean()) / spread, 1e6))
    return np.stack(columns, axis=1) if columns else np.zeros((len(numbers), 0))


def _pairs(points: Array) -> Array:
    from scipy.spatial import cKDTree

    k = min(NEIGHBOURS, len(points))
    tree = cKDTree(points)
    reach = np.nextafter(TOLERANCE, 1)
    distance, neighbour = tree.query(points, k=k, p=np.inf, distance_upper_bound=reach)
    i = np.repeat(np.arange(len(points)), k)
    j, near = neighbour.ravel(), np.isfinite(distance.ravel())
    kept = near & (i != np.minimum(j, len(points) - 1))
    both = np.sort(np.stack([i[kept], j[kept]], axis=1), axis=1)
    return np.unique(both, axis=0) if len(both) else np.zeros((0, 2), dtype=np.int64)
