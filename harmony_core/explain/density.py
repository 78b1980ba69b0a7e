"""The gradient density and the weights it gives, as in `harmony_core.losses.density`, in NumPy.

Letters: c classes, r rows (classes, or one for all of them), u unit regions padded to the largest
row. ``samples`` are training samples N.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array

FEWEST_REGIONS, MOST_REGIONS = 2, 30
LEAST_SHARE = 1e-12


@dataclass(frozen=True)
class Region:
    """One sample's unit region in the gradient density that its loss keeps."""

    index: int
    """b, from 0"""
    regions: int
    """M_c, how many the class has"""
    density: float
    """A_c[b], the decayed count"""
    total: float
    """Σ A_c"""
    share: float
    """p_c[b], smoothed"""
    weight: float
    """w_c[b], as it was recorded"""
    rarity: float
    """r_c[b]; NaN for a loss without it"""
    mean: float
    """Σ p r, the mean weight before it is divided out; NaN for a loss without it"""
    anchor: float = 1.0
    """f_c, the scale of the class that makes all classes agree at g = ½"""

    @property
    def span(self) -> tuple[float, float]:
        """The region is low ≤ g < high."""
        return self.index / self.regions, (self.index + 1) / self.regions


def adaptive_regions(samples: Array, kappa: float) -> Array:
    """M = clip(round(κ N^{1/3}), 2, 30), int64 (r,).

    >>> adaptive_regions(np.array([5000, 100, 2]), 1.0).tolist()
    [17, 5, 2]
    """
    fine = np.round(kappa * np.asarray(samples, dtype=np.float64) ** (1 / 3))
    return np.clip(fine, FEWEST_REGIONS, MOST_REGIONS).astype(np.int64)


def region_weights(
    counts: Array, regions: Array, alpha: float, smoothing: float, envelope: bool
) -> Array:
    """The weight of every unit region (r, u); 0 beyond a row's last region.

    ``counts`` (r, u) is A_c[b], ``regions`` (r,) is M_c. p[b] = (A[b] + λ) / Σ(A + λ);
    r[b] = p[b]^{−α} where p[b] > 0; with the envelope r[b] ← max_{b' ≤ b} r[b'];
    w[b] = r[b] / Σ p r. A row without any sample has weight 1. Computed in the dtype of ``counts``.

    >>> region_weights(np.array([[6.0, 2.0]]), np.array([2]), 1.0, 0.0, False).round(3).tolist()
    [[0.667, 2.0]]
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


def anchor_factors(weights: Array, regions: Array, samples: Array) -> Array:
    """The scale f (r,) of each row of ``weights`` (r, u) of mean 1 that makes all agree at g = ½.

    f = 1 / w(½) / Σ_r π_r / w_r(½), with w(½) the weight of the middle region, or the geometric
    mean of the two that meet at ½. ``regions`` (r,) is M, ``samples`` (r,) is N.

    >>> anchor_factors(np.array([[0.8, 1.8], [0.5, 0.5]]), np.array([2, 2]), np.ones(2)).round(3)
    array([0.588, 1.412])
    """
    row, regions = np.arange(len(weights)), np.asarray(regions)
    below, above = weights[row, (regions - 1) // 2], weights[row, regions // 2]
    middle = np.sqrt(below * above)
    middle = np.where(middle > 0, middle, 1.0)
    samples = np.asarray(samples, dtype=np.float64)
    return np.asarray(1 / middle / ((samples / middle).sum() / samples.sum()))


def region_shares(counts: Array, regions: Array, smoothing: float) -> Array:
    """The smoothed density p_c[b] (r, u); 0 in empty regions and beyond a row's last one.

    >>> region_shares(np.array([[6.0, 2.0]]), np.array([2]), 0.0).tolist()
    [[0.75, 0.25]]
    """
    counts = np.asarray(counts)
    valid = np.arange(counts.shape[1]) < np.asarray(regions)[:, None]
    return _share(counts, valid, smoothing)[0]


def region_rarities(shares: Array, alpha: float, envelope: bool) -> Array:
    """r[b] = p[b]^{−α} where p[b] > 0, else 0; with the envelope its running maximum (r, u).

    >>> region_rarities(np.array([[0.25, 0.75]]), 1.0, True).tolist()
    [[4.0, 4.0]]
    """
    inverse = np.where(shares > 0, np.maximum(shares, LEAST_SHARE) ** -alpha, 0)
    return np.asarray(np.maximum.accumulate(inverse, axis=1) if envelope else inverse)


def region_of(grad_norm: Array, regions: Array | int) -> Array:
    """The region of each sample, b = min(⌊g M⌋, M − 1), int64; NaN goes to the last.

    >>> region_of(np.array([0.0, 0.5, 1.0]), 4).tolist()
    [0, 2, 3]
    """
    g = np.nan_to_num(np.asarray(grad_norm), nan=1.0)
    inside = np.minimum((g * regions).astype(np.int64), np.asarray(regions) - 1)
    return np.asarray(inside)


def _share(counts: Array, valid: Array, smoothing: float) -> tuple[Array, Array]:
    smoothed = np.where(valid, counts + counts.dtype.type(smoothing), 0)
    total = smoothed.sum(axis=1, keepdims=True)
    return smoothed / np.maximum(total, np.finfo(counts.dtype).tiny), total
