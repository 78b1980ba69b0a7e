"""How far a picture can be trusted, as numbers with intervals.

Agreement: a dot is left out, the map's class at its place is found from the others and compared
with the network's prediction. Reported for all test samples, for those of the tail, for those
the network gets wrong, and by how clear the colour is; with Wilson's 95 % interval.

Trustworthiness (Venna & Kaski 2001): 1 − 2/(n k (2n − 3k − 1)) Σ_i Σ_{j near i on the map only}
(r(i, j) − k), r the rank of j among i's neighbours in feature space; 1 if no stranger came near.

Silhouette (Rousseeuw 1987) of the true classes among test samples, in the network's own features.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ..accuracy import THIRDS
from .features import scaled
from .regions import MapReading
from .result import Landmarks, Share

CLEAR, PALE = 0.9, 0.7
TRUST_K = 15
MOST_ROWS = 500
MOST_SILHOUETTE = 2000
STAYED = 0.5
"""Least overlap of two neighbour sets for a sample that stayed: two thirds are shared."""


def agreement(landmarks: Landmarks, predicted: Array, reading: MapReading) -> dict[str, Share]:
    """Share of samples whose place on the map has the network's class."""
    judged = landmarks.judged
    targets = landmarks.targets
    parts = {
        "all": judged,
        "tail": judged & (landmarks.groups[targets] == 2),
        "errors": judged & (predicted != targets),
        "clear": judged & (reading.purity >= CLEAR),
        "pale": judged & (reading.purity < PALE),
    }
    same = reading.label == predicted
    return {name: Share(int(same[part].sum()), int(part.sum())) for name, part in parts.items()}


def trustworthiness(features: Array, positions: Array, metric: str = "euclidean") -> float | None:
    """Of the map against the features, in [0, 1]; over at most 500 evenly spread samples.

    None below four samples. The neighbourhood is 15, or less than half of a smaller set.
    """
    from scipy.spatial import cKDTree

    n = len(features)
    k = min(TRUST_K, (n - 1) // 2)
    if k < 1 or n < 4:
        return None
    rows = np.unique(np.linspace(0, n - 1, min(n, MOST_ROWS)).astype(np.int64))
    _, near = cKDTree(positions).query(positions[rows], k=list(range(1, k + 2)))
    at = np.arange(len(rows))
    square = _squared_distances(scaled(features, metric), rows)
    square[at, rows] = -1.0  # itself is rank 0
    penalty = 0.0
    ordered = np.sort(square, axis=1)
    for i in at:
        others = near[i][near[i] != rows[i]][:k]
        rank = np.searchsorted(ordered[i], square[i, others])
        penalty += float(np.maximum(rank - k, 0).sum())
    return 1.0 - penalty * 2.0 / (len(rows) * k * (2.0 * n - 3.0 * k - 1.0))


def _squared_distances(x: Array, rows: Array) -> Array:
    length = (x.astype(np.float64) ** 2).sum(axis=1)
    square = length[rows, None] + length - 2.0 * (x[rows] @ x.T)
    return np.asarray(square)


def silhouette(
    features: Array, landmarks: Landmarks, metric: str = "euclidean"
) -> dict[str, float]:
    """Mean silhouette of test samples by true class, over all and over head, medium and tail.

    Groups without samples are left out; so is everything if there is one class only, or as many
    classes as samples.
    """
    from sklearn.metrics import silhouette_samples

    rows = np.flatnonzero(landmarks.judged)
    if len(rows) > MOST_SILHOUETTE:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_SILHOUETTE).astype(np.int64)]
    targets = landmarks.targets[rows]
    kinds = len(np.unique(targets))
    if not 2 <= kinds <= len(rows) - 1:
        return {}
    values = silhouette_samples(scaled(features, metric)[rows], targets)
    found = {"all": float(values.mean())}
    for group, name in enumerate(THIRDS):
        part = landmarks.groups[targets] == group
        if part.any():
            found[name] = float(values[part].mean())
    return found


def mean_recall(landmarks: Landmarks, predicted: Array) -> float:
    """Balanced accuracy on the test samples in the picture."""
    targets, judged = landmarks.targets, landmarks.judged
    total = np.bincount(targets[judged], minlength=len(landmarks.train_counts))
    right = np.bincount(
        targets[judged & (predicted == targets)], minlength=len(landmarks.train_counts)
    )
    return float((right[total > 0] / total[total > 0]).mean())


def drift(before: Array, after: Array, kept: Array, radius: float) -> float | None:
    """Median move, in radii, of the dots whose neighbours stayed; None if fewer than three did."""
    stayed = kept >= STAYED
    if stayed.sum() < 3:
        return None
    moved = np.linalg.norm(after[stayed] - before[stayed], axis=1)
    return float(np.median(moved) / radius)
