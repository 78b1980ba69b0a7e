"""The harmonized loss's weights under other settings, without training.

`redraw` starts from the plain logits of the tracked samples, so it also answers for methods that
keep no density. Letters: c classes, m unit regions of one class, k tracked samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..config import MethodConfig
from ..frames import Frame, Scene
from ..losses.registry import LOSSES
from ..parameters import Value
from ..top_logits import TopLogits, all_logits
from .density import adaptive_regions, anchor_factors, region_of, region_weights
from .numbers import cross_entropies, log_prior

LOSS = "harmonized"
"""The loss whose weights are drawn."""


@dataclass(frozen=True)
class ClassWeights:
    """The weight curve of one class under the sandbox's settings."""

    edges: Array
    """(m + 1,) ascending from 0 to 1"""
    counts: Array
    """(m,) samples of the class in each region, scaled to its N_c: its settled density"""
    weights: Array
    """(m,) intra weight w_c[b]"""


def default_settings() -> dict[str, Value]:
    """The defaults of the harmonized loss.

    >>> default_settings()["alpha"]
    0.5
    """
    return LOSSES[LOSS].resolve({})


def first_network(methods: Sequence[MethodConfig]) -> int:
    """The position of the first method with the harmonized loss, else 0.

    >>> first_network([MethodConfig("ce"), MethodConfig("harmonized")])
    1
    """
    return next((m for m, method in enumerate(methods) if method.loss == LOSS), 0)


def redraw(
    scene: Scene,
    frame: Frame,
    alpha: float = 0.5,
    kappa: float = 1.0,
    smoothing: float = 1.0,
    tau: float = 1.0,
    envelope: bool = True,
    classwise: bool = True,
    *,
    fixed_bins: int = 0,
    difficulty: str = "plain",
    anchor: str = "boundary",
) -> tuple[ClassWeights, ...]:
    """What the harmonized loss would weigh if it had this network before it, one entry a class.

    g = 1 − softmax(z)_y of the tracked samples, with ``difficulty="margin"`` that of z + τ log π,
    falls into regions under κ (or ``fixed_bins`` of them, where that is not 0). A class of which
    only some samples are tracked counts as if all had been, so λ has its true size; a density with
    memory h = 1 settles at that total, N_c. ``classwise=False``: one density for all classes, the
    same in every entry. ``anchor="class"``: the mean weight of each class is 1, in place of equal
    weights at g = ½. `DataError` for the margin where only the largest logits were recorded.
    """
    targets = np.asarray(scene.tracked_targets)
    samples = np.asarray(scene.train_counts, dtype=np.float64)
    g = np.zeros(0)
    if len(targets):
        margin = tau if difficulty == "margin" else 0
        g = -np.expm1(-_cross_entropies(frame, targets, samples, margin))
    seen = np.bincount(targets, minlength=len(samples))
    each = (samples / np.maximum(seen, 1))[targets]
    rows = samples if classwise else samples.sum(keepdims=True)
    regions = adaptive_regions(rows, kappa)
    if fixed_bins:
        regions = np.full_like(regions, fixed_bins)
    row = targets if classwise else np.zeros_like(targets)
    counts = np.zeros((len(rows), int(regions.max())))
    np.add.at(counts, (row, region_of(g, regions[row])), each)
    weights = region_weights(counts, regions, alpha, smoothing, envelope)
    if anchor == "boundary":
        weights = weights * anchor_factors(weights, regions, rows)[:, None]
    drawn = [
        ClassWeights(np.linspace(0, 1, m + 1), counts[r, :m], weights[r, :m])
        for r, m in enumerate(regions.tolist())
    ]
    return tuple(drawn) if classwise else tuple(drawn * len(samples))


def _cross_entropies(frame: Frame, targets: Array, samples: Array, tau: float) -> Array:
    """(k,) −log softmax(z + τ log π) of the own class of each tracked sample."""
    recorded = frame.tracked_logits
    if isinstance(recorded, TopLogits) and not tau:
        return recorded.cross_entropy()
    logits = np.asarray(all_logits(recorded), dtype=np.float64)
    return cross_entropies(logits + tau * log_prior(samples) if tau else logits, targets)
