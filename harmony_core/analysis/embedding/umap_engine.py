"""The one place that uses umap-learn: imported once, late, and called by one thread at a time.

umap's compiled code may run on numba's `workqueue` threads, which abort the process when two
threads enter; the lock keeps them out. The package warns at import that TensorFlow is missing,
which concerns a part that is not used here.
"""

from __future__ import annotations

import threading
import warnings
from functools import cache
from typing import Any

import numpy as np

from ...arrays import Array
from .graph import Graph

LOCK = threading.RLock()


@cache
def _umap() -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import find_ab_params
    return optimize_layout_euclidean, find_ab_params


@cache
def curve(min_dist: float) -> tuple[float, float]:
    """The a and b of umap's 1/(1 + a·x^{2b}) for a minimal distance and spread 1."""
    with LOCK:
        a, b = _umap()[1](1.0, min_dist)
    return float(a), float(b)


def improve(
    positions: Array,
    graph: Graph,
    epochs: int,
    *,
    alpha: float,
    min_dist: float,
    random: Array,
) -> Array:
    """Positions (n, 2) after some epochs of umap's optimisation, serial and repeatable.

    ``alpha`` is the first step size, falling to 0. Edges weaker than the strongest by more than a
    factor of ``epochs`` are left out, as in umap: they would not be updated. ``random`` are three
    integers.
    """
    kept = graph.weight >= graph.weight.max(initial=0.0) / max(epochs, 1)
    placed = np.array(positions, dtype=np.float32, order="C")
    if not kept.any() or epochs < 1:
        return placed
    weight = graph.weight[kept].astype(np.float64)
    with LOCK:
        a, b = curve(min_dist)
        moved = _umap()[0](
            placed,
            placed,
            graph.head[kept],
            graph.tail[kept],
            epochs,
            graph.size,
            weight.max() / weight,
            a,
            b,
            random,
            initial_alpha=alpha,
            move_other=True,
        )
    return np.asarray(moved, dtype=np.float32)
