"""The Gini coefficient of the class sizes, and the Lorenz curve behind it."""

from __future__ import annotations

import numpy as np

from ....arrays import Array
from .figure import Figure


def gini(values: Array) -> float:
    """Σ_ij |x_i − x_j| / (2 c² mean), in [0, 1 − 1/c]; 0 for one class.

    >>> gini([8, 4, 2, 1, 1])
    0.425
    """
    ranked = np.sort(np.asarray(values, dtype=float))
    c = len(ranked)
    weights = 2 * np.arange(1, c + 1) - c - 1
    return float(max((weights * ranked).sum() / (c * ranked.sum()), 0.0))


def lorenz_curve(counts: Array) -> tuple[Array, Array]:
    """Share of the classes with samples, rarest first, and of the samples; both start at 0.

    >>> classes, held = lorenz_curve([6, 3, 1, 0])
    >>> held.tolist()
    [0.0, 0.1, 0.4, 1.0]
    """
    present = np.sort(np.asarray(counts, dtype=float)[np.asarray(counts) > 0])
    held = np.concatenate([[0.0], np.cumsum(present)])
    return np.linspace(0, 1, len(present) + 1), held / held[-1]


GINI = Figure(
    name="gini",
    title="Gini coefficient",
    definition="Mean difference of two class sizes over twice their mean: 0 if all are equal, "
    "near 1 if one class has nearly all.",
    meaning="Unlike the imbalance factor it looks at all classes, not at the two extremes.",
    reference="Yang et al. 2022, arXiv 2205.13775",
    card=True,
    value=lambda c: gini(c.present),
)
