"""The network's answers as coloured regions of the map, pale where unsure and blank without data.

At a place y of the map the probabilities of the 15 nearest dots are averaged,

    p(y) = Σ_j exp(−‖y − y_j‖² / 2h²) p_j / Σ_j exp(−‖y − y_j‖² / 2h²),

h being the distance of the 6th; the region is the largest entry. Labels play no part. The last
layer is linear, so an average of outputs approximates the network's output for an average of
nearby samples.

Purity is the share of the 15 dots whose own prediction is the region's class. Where the third dot
is farther than 0.12 radii of the map there is no data, hence no claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from .features import TINY, radius_of

Extent = tuple[float, float, float, float]
K, BANDWIDTH_AT, BLANK_AT = 15, 6, 3
BLANK_RADII = 0.12
SIDE = 120
MARGIN = 0.05
GROWTH = 0.08
SLIMMEST = 0.6


@dataclass(frozen=True)
class MapReading:
    """The class that the map shows at some places."""

    label: Array
    """(n,) int64 class"""
    purity: Array
    """(n,) float32 share of the neighbours that are predicted as that class."""
    blank: Array
    """(n,) bool: no data nearby."""


def read_map(places: Array, dots: Array, p: Array, *, leave_out_self: bool = False) -> MapReading:
    """The map's class at ``places`` (n, 2), from ``dots`` (l, 2) with probabilities (l, c).

    ``leave_out_self``: the places are the dots, and each is judged by the others alone.
    """
    from scipy.spatial import cKDTree

    skip = int(leave_out_self)
    k = min(K, len(dots) - skip)
    distance, index = cKDTree(dots).query(places, k=list(range(1, k + skip + 1)))
    if leave_out_self:
        own = index == np.arange(len(dots))[:, None]
        own[~own.any(axis=1), -1] = True  # among more than k duplicates a dot may not find itself
        distance, index = distance[~own].reshape(-1, k), index[~own].reshape(-1, k)
    h = np.maximum(distance[:, min(BANDWIDTH_AT, k) - 1], TINY)[:, None]
    weight = np.exp(-0.5 * (distance / h) ** 2)
    label, purity = np.empty(len(places), np.int64), np.empty(len(places), np.float32)
    predicted = p.argmax(axis=1)
    for part in _chunks(len(places), p.shape[1] * k):
        mean = np.einsum("nk,nkc->nc", weight[part], p[index[part]])
        label[part] = mean.argmax(axis=1)
        purity[part] = (predicted[index[part]] == label[part, None]).mean(axis=1)
    near = distance[:, min(BLANK_AT, k) - 1]
    return MapReading(label, purity, near > BLANK_RADII * radius_of(dots))


def _chunks(n: int, width: int) -> list[slice]:
    """Slices of about 4 million numbers each."""
    size = max(1, 4_000_000 // max(width, 1))
    return [slice(i, i + size) for i in range(0, n, size)]


def grid_points(extent: Extent, side: int = SIDE) -> Array:
    """(side², 2): the centres of the cells, rows from the lowest y up."""
    x0, x1, y0, y1 = extent
    step = (np.arange(side) + 0.5) / side
    xs, ys = np.meshgrid(x0 + step * (x1 - x0), y0 + step * (y1 - y0))
    return np.stack([xs.ravel(), ys.ravel()], axis=1)


def draw_regions(extent: Extent, dots: Array, p: Array, side: int = SIDE) -> tuple[Array, Array]:
    """Class (g, g) and purity (g, g) uint8, 255 = 1 and 0 = blank; row 0 at the lowest y."""
    reading = read_map(grid_points(extent, side), dots, p)
    kind = np.uint8 if p.shape[1] <= 256 else np.uint16
    purity = np.where(reading.blank, 0, np.maximum(np.round(reading.purity * 255), 1))
    shape = (side, side)
    return reading.label.astype(kind).reshape(shape), purity.astype(np.uint8).reshape(shape)


def enclosing_extent(dots: Array, known: Extent | None = None) -> Extent:
    """A rectangle around all dots; a known one is kept while they fit, and never shrinks.

    A side that has to grow gets some margin, so that a map which spreads slowly keeps its
    rectangle. The shorter side is at least 0.6 of the longer one.
    """
    low, high = dots.min(axis=0).astype(float), dots.max(axis=0).astype(float)
    border = MARGIN * max(float((high - low).max()), 1e-6)
    low, high = low - border, high + border
    if known is not None:
        old_low, old_high = np.array(known[0::2]), np.array(known[1::2])
        room = GROWTH * (old_high - old_low)
        low = np.where(low < old_low, low - room, old_low)
        high = np.where(high > old_high, high + room, old_high)
    lacking = SLIMMEST * float((high - low).max()) - (high - low)
    missing = np.maximum(lacking, 0.0) / 2
    (x0, y0), (x1, y1) = low - missing, high + missing
    return (float(x0), float(x1), float(y0), float(y1))
