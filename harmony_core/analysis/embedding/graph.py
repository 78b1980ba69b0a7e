"""umap's fuzzy graph of nearest neighbours, in NumPy.

umap-learn compiles the same computation for seven seconds in every process; here it takes
milliseconds, starts no threads, and a test compares it with umap's. McInnes, Healy & Melville 2018,
arXiv 1802.03426, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from .neighbours import Neighbours

ROUNDS = 64
CLOSE = 1e-5
NARROWEST = 1e-3
"""Least bandwidth, as a share of the mean distance to the neighbours."""


@dataclass(frozen=True)
class Graph:
    """Edges of a symmetric graph, each in both directions, without self-loops."""

    size: int
    head: Array
    """(edges,) int32"""
    tail: Array
    """(edges,) int32"""
    weight: Array
    """(edges,) float32 in (0, 1]"""


def fuzzy_graph(neighbours: Neighbours) -> Graph:
    """Membership w_ij = exp(−max(0, d_ij − ρ_i)/σ_i), symmetrised as w + wᵀ − w·wᵀ."""
    from scipy.sparse import coo_matrix

    index, distance = neighbours.index, neighbours.distance.astype(np.float64)
    n, k = index.shape
    rho, sigma = bandwidths(distance)
    beyond = np.maximum(distance - rho[:, None], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.exp(-beyond / sigma[:, None])
    weight[beyond == 0] = 1.0
    weight[:, 0] = 0.0
    rows = np.repeat(np.arange(n), k)
    directed = coo_matrix((weight.ravel(), (rows, index.ravel())), shape=(n, n)).tocsr()
    both = directed.multiply(directed.T)
    joined = (directed + directed.T - both).tocoo()
    kept = joined.data > 0
    return Graph(
        n,
        joined.row[kept].astype(np.int32),
        joined.col[kept].astype(np.int32),
        joined.data[kept].astype(np.float32),
    )


def bandwidths(distance: Array) -> tuple[Array, Array]:
    """ρ, the nearest distance above 0, and σ with Σ_j exp(−max(0, d_j − ρ)/σ) = log₂ k, (n,) each.

    ``distance`` (n, k) counts the sample itself in column 0, which is left out of the sum.
    """
    n, k = distance.shape
    target = np.log2(k) if k > 1 else 0.0
    positive = np.where(distance > 0, distance, np.inf)
    rho = positive.min(axis=1)
    rho[~np.isfinite(rho)] = 0.0
    beyond = np.maximum(distance[:, 1:] - rho[:, None], 0.0)
    low, high, sigma = np.zeros(n), np.full(n, np.inf), np.ones(n)
    for _ in range(ROUNDS):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            terms = np.where(beyond > 0, np.exp(-beyond / sigma[:, None]), 1.0)
        excess = terms.sum(axis=1) - target
        open_ = np.abs(excess) >= CLOSE
        if not open_.any():
            break
        wide, narrow = open_ & (excess > 0), open_ & (excess <= 0)
        high[wide], low[narrow] = sigma[wide], sigma[narrow]
        middle = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, 0)) / 2, 0)
        sigma = np.where(open_, np.where(np.isfinite(high), middle, sigma * 2), sigma)
    floor = np.where(rho > 0, distance.mean(axis=1), distance.mean())
    return rho, np.maximum(sigma, NARROWEST * floor)
