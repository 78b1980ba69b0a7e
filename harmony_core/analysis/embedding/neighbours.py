"""Exact nearest neighbours, and the overlap of two sets of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array


@dataclass(frozen=True)
class Neighbours:
    """The k nearest samples of each sample; column 0 is the sample itself."""

    index: Array
    """(n, k) int64"""
    distance: Array
    """(n, k) float32, ascending, 0 in column 0."""


def nearest(rows: Array, k: int) -> Neighbours:
    """The k nearest neighbours by brute force: exact and deterministic; k is at most n."""
    from sklearn.neighbors import NearestNeighbors

    k = min(k, len(rows))
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows)
    distance, index = search.kneighbors(rows)
    return _self_first(index.astype(np.int64), distance.astype(np.float32))


def _self_first(index: Array, distance: Array) -> Neighbours:
    """Put each sample into its own column 0, even where a duplicate took that column."""
    own = np.arange(len(index))[:, None]
    order = np.argsort(index != own, axis=1, kind="stable")
    index = np.take_along_axis(index, order, axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    lost = index[:, 0] != own[:, 0]
    index[lost] = np.concatenate([own[lost], index[lost, :-1]], axis=1)
    distance[lost, 1:] = distance[lost, :-1].copy()
    distance[:, 0] = 0.0
    return Neighbours(index, distance)


def overlap(a: Array, b: Array) -> Array:
    """Jaccard overlap |A ∩ B| / |A ∪ B| of two (n, k) neighbour sets, self left out, (n,)."""
    a, b = a[:, 1:], b[:, 1:]
    total = a.shape[1] + b.shape[1]
    if total == 0:
        return np.ones(len(a), dtype=np.float32)
    both = np.sort(np.concatenate([a, b], axis=1), axis=1)
    shared = (both[:, 1:] == both[:, :-1]).sum(axis=1)
    return np.asarray(shared / (total - shared), dtype=np.float32)
