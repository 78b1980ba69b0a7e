"""Large sets: choose the landmarks to lay out, then place the other samples among them."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from .features import TINY

K = 15


def choose_landmarks(targets: Array, size: int, seed: int) -> Array:
    """At most ``size`` row numbers, ascending; rare classes are kept whole as far as possible.

    Classes are served from the smallest up; each may take an equal share of what is left.
    """
    if len(targets) <= size:
        return np.arange(len(targets))
    rng = np.random.default_rng([seed, 13])
    labels, counts = np.unique(targets, return_counts=True)
    chosen, left = [], size
    for served, at in enumerate(np.argsort(counts, kind="stable")):
        take = min(int(counts[at]), -(-left // (len(labels) - served)))
        chosen.append(rng.choice(np.flatnonzero(targets == labels[at]), take, replace=False))
        left -= take
    return np.sort(np.concatenate(chosen))


def place_others(rows: Array, landmark_rows: Array, positions: Array) -> Array:
    """(n, 2): each sample at the weighted mean of its 15 nearest landmarks' places.

    Weights exp(−d²/2h²), h the distance of the 6th. Both sets of rows are mixed vectors of one
    network. The map itself does not change.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(K, len(landmark_rows))
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(landmark_rows)
    distance, index = search.kneighbors(rows)
    h = np.maximum(distance[:, [min(6, k) - 1]], TINY)
    weight = np.exp(-0.5 * (distance / h) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    placed: Array = np.einsum("nk,nkx->nx", weight, positions[index]).astype(np.float32)
    return placed
