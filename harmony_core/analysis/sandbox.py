"""The harmonized loss's weights from any settings, without training: what a sandbox draws.

The same arithmetic as `harmony_core.losses.density`, in NumPy. `redraw` starts from the plain
logits of the tracked samples, so it also answers for methods that keep no density.

Letters: c classes, r rows (classes, or one for all of them), u unit regions padded to the largest
row, m regions of one class, k tracked samples. ``counts`` are training samples N_c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frames import Frame, Scene

Array = NDArray[Any]
FEWEST_REGIONS, MOST_REGIONS = 2, 30
LEAST_SHARE = 1e-12


@dataclass(frozen=True)
class ClassWeights:
    """The weight curve of one class under the sandbox's settings."""

    edges: Array
    """(m + 1,) ascending from 0 to 1"""
    counts: Array
    """(m,) samples of the class in each region, scaled to its N_c: its settled density"""
    weights: Array
    """(m,) intra weight w_c[b]; its mean under the smoothed density is 1"""


def adaptive_regions(samples: Array, kappa: float) -> Array:
    """M = clip(round(κ N^{1/3}), 2, 30), int64 (r,)."""
    fine = np.round(kappa * np.asarray(samples, dtype=np.float64) ** (1 / 3))
    return np.clip(fine, FEWEST_REGIONS, MOST_REGIONS).astype(np.int64)


def region_weights(
    counts: Array, regions: Array, alpha: float, smoothing: float, envelope: bool
) -> Array:
    """The weight of every unit region (r, u); 0 beyond a row's last region.

    ``counts`` (r, u) is A_c[b], ``regions`` (r,) is M_c. p[b] = (A[b] + λ) / Σ(A + λ);
    r[b] = p[b]^{−α} where p[b] > 0; with the envelope r[b] ← max_{b' ≤ b} r[b'];
    w[b] = r[b] / Σ p r. A row never seen weighs 1. Computed in the dtype of ``counts``.
    """
    counts = np.asarray(counts)
    if counts.dtype.kind != "f":
        counts = counts.astype(np.float64)
    valid = np.arange(counts.shape[1]) < np.asarray(regions)[:, None]
    if alpha == 0:
        return valid.astype(counts.dtype)
    share, total = _share(counts, valid, smoothing)
    tiny = np.finfo(counts.dtype).tiny
    inverse = region_rarities(share, alpha, envelope)
    mean = (share * inverse).sum(axis=1, keepdims=True)
    weights = np.where(total <= tiny, 1, inverse / np.maximum(mean, tiny))
    return np.where(valid, weights, 0).astype(counts.dtype)


def region_shares(counts: Array, regions: Array, smoothing: float) -> Array:
    """The smoothed density p_c[b] (r, u); 0 beyond a row's last region and where nothing is."""
    counts = np.asarray(counts)
    valid = np.arange(counts.shape[1]) < np.asarray(regions)[:, None]
    return _share(counts, valid, smoothing)[0]


def region_rarities(shares: Array, alpha: float, envelope: bool) -> Array:
    """r[b] = p[b]^{−α} where p[b] > 0, else 0; with the envelope its running maximum (r, u)."""
    inverse = np.where(shares > 0, np.maximum(shares, LEAST_SHARE) ** -alpha, 0)
    return np.asarray(np.maximum.accumulate(inverse, axis=1) if envelope else inverse)


def region_of(grad_norm: Array, regions: Array | int) -> Array:
    """The region of each sample, b = min(⌊g M⌋, M − 1), int64; NaN goes to the last."""
    g = np.nan_to_num(np.asarray(grad_norm), nan=1.0)
    inside = np.minimum((g * regions).astype(np.int64), np.asarray(regions) - 1)
    return np.asarray(inside)


def log_prior(counts: Array) -> Array:
    """log π_c = log(N_c / ΣN), float64 (c,)."""
    counts = np.asarray(counts, dtype=np.float64)
    return np.asarray(np.log(counts / counts.sum()))


def sample_cross_entropy(logits: Array, targets: Array) -> Array:
    """−log softmax(z)_y of each sample, float64 (k,)."""
    z = np.asarray(logits, dtype=np.float64)
    top = z.max(axis=1)
    total = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top
    return np.asarray(total - z[np.arange(len(z)), targets])


def redraw(
    scene: Scene,
    frame: Frame,
    alpha: float = 0.3,
    kappa: float = 1.0,
    smoothing: float = 1.0,
    tau: float = 1.0,
    envelope: bool = True,
    classwise: bool = True,
    *,
    fixed_bins: int = 0,
) -> tuple[ClassWeights, ...]:
    """What the harmonized loss would weigh if it had this network before it, one entry a class.

    g = 1 − softmax(z + τ log π)_y of the tracked samples falls into regions under κ (or
    ``fixed_bins`` of them, where that is not 0). A class of which only some samples are tracked
    counts as if all had been, so λ has its true size; a density with memory h = 1 settles at that
    total, N_c. ``classwise=False``: one density for all classes, the same in every entry.
    """
    targets = np.asarray(scene.tracked_targets)
    samples = np.asarray(scene.train_counts, dtype=np.float64)
    logits = np.asarray(frame.tracked_logits, dtype=np.float64) + tau * log_prior(samples)
    g = -np.expm1(-sample_cross_entropy(logits, targets)) if len(targets) else np.zeros(0)
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
    drawn = [
        ClassWeights(np.linspace(0, 1, m + 1), counts[r, :m], weights[r, :m])
        for r, m in enumerate(regions.tolist())
    ]
    return tuple(drawn) if classwise else tuple(drawn * len(samples))


def _share(counts: Array, valid: Array, smoothing: float) -> tuple[Array, Array]:
    smoothed = np.where(valid, counts + counts.dtype.type(smoothing), 0)
    total = smoothed.sum(axis=1, keepdims=True)
    return smoothed / np.maximum(total, np.finfo(counts.dtype).tiny), total
