"""Images that look the same: nearly equal grey values, whatever the brightness and contrast.

Two thumbnails of 16 × 16 grey values count as the same picture where their correlation is at least
0.96. All such pairs are found: the images are projected on their first principal components, which
bounds the correlation from above, and only pairs within the bound are compared in full. On CIFAR-10
perceptual hashes (ImageHash's ``phash``, up to 4 bits apart) find half of these pairs, as they miss
slightly shifted crops. Axes: n images, d values, p pairs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.randomness import generator

Array = NDArray[Any]
SIDE = 16
CORRELATION = 0.96
"""On CIFAR-10 all pairs above it show the same object; at 0.95 the first chance pairs appear."""
FLAT = 3.0
"""Standard deviation of the grey values below which an image shows nothing to compare, of 255."""
COMPONENTS = 31
ROWS, COLUMNS = 512, 8_192
SAMPLED = 4_000
MOST_PAIRS = 1_000_000


def luminance(thumbnails: Array) -> Array:
    """(n, h, w, 3) uint8 → (n, h, w) float32 grey values (ITU-R 601)."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(thumbnails.astype(np.float32) @ weights)


def describe(thumbnails: Array) -> tuple[Array, Array]:
    """(n, 256) grey values with mean 0 and length 1, and which images (n,) are not flat."""
    n, side = thumbnails.shape[:2]
    out = np.empty((n, SIDE * SIDE), dtype=np.float32)
    step = side // SIDE
    for start in range(0, n, 4_096):
        grey = luminance(thumbnails[start : start + 4_096])
        small = grey.reshape(len(grey), SIDE, step, SIDE, step).mean(axis=(2, 4))
        out[start : start + 4_096] = small.reshape(len(grey), -1)
    out -= out.mean(axis=1, keepdims=True)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    out /= np.maximum(length, 1e-6)
    return out, length[:, 0] >= FLAT * SIDE


def near_pairs(thumbnails: Array, correlation: float = CORRELATION) -> Array:
    """(p, 2) positions i < j of images that look the same."""
    values, clear = describe(thumbnails)
    where = np.flatnonzero(clear)
    if len(where) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    values = values[where]
    short = _bounding(values)
    # Pairs above the correlation are at most this far apart, so along the first component too.
    reach = math.sqrt(2 * (1 - correlation)) + 1e-6
    order = np.argsort(short[:, 0], kind="stable")
    short = np.ascontiguousarray(short[order])
    found: list[Array] = []
    total = 0
    for start in range(0, len(short), ROWS):
        block = short[start : start + ROWS]
        stop = int(np.searchsorted(short[:, 0], block[-1, 0] + reach, side="right"))
        for low in range(start, stop, COLUMNS):
            bound = block @ short[low : min(low + COLUMNS, stop)].T
            if bound.max() < correlation:
                continue
            i, j = np.nonzero(bound >= correlation)
            i, j = i + start, j + low
            i, j = order[i[i < j]], order[j[i < j]]
            same = np.einsum("pd,pd->p", values[i], values[j]) >= correlation
            found.append(np.stack([i[same], j[same]], axis=1))
            total += int(same.sum())
        if total > MOST_PAIRS:  # thousands of copies of few pictures: enough is known
            break
    if not total:
        return np.zeros((0, 2), dtype=np.int64)
    pairs = np.sort(where[np.concatenate(found)], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _bounding(values: Array) -> Array:
    """(n, 256) of length 1 → (n, 32) whose inner products are never below those of ``values``.

    First principal components, and the length of what they leave out.
    """
    rows = generator(0, "components").choice(len(values), min(SAMPLED, len(values)), replace=False)
    sample = values[rows]
    _, vectors = np.linalg.eigh(sample.T @ sample)
    first = values @ vectors[:, ::-1][:, :COMPONENTS]
    rest = np.sqrt(np.maximum(1 - (first**2).sum(axis=1, keepdims=True), 0))
    return np.concatenate([first, rest + 1e-4], axis=1)
