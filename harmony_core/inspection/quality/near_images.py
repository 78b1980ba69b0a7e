"""Images that look the same: nearly equal grey values, whatever the brightness and contrast.

Two thumbnails of 16 × 16 grey values count as the same picture where their correlation is at least
0.96. All such pairs are found: the images are projected on their first principal components, which
bounds the correlation from above, and only pairs within the bound are compared in full. For as many
images as an inspection looks at, an index of neighbours takes longer to compile than this to search
(`benchmarks/near_copies.py`). On CIFAR-10 perceptual hashes (ImageHash's ``phash``, up to 4 bits
apart) find half of these pairs, as they miss slightly shifted crops. Axes: n images, d values,
p pairs.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...readers.threads import cores

CORRELATION = 0.96
"""On CIFAR-10 all pairs above it show the same object; at 0.95 the first chance pairs appear."""
FLAT = 3.0
"""Standard deviation of the grey values below which an image shows nothing to compare, of 255."""
COMPONENTS = 31
ROWS, COLUMNS = 512, 2_048
SAMPLED = 4_000
MOST_PAIRS = 1_000_000
BATCH = 4_096
THREADS = 4


def near_pairs(grey: Array, among: Array | None = None, correlation: float = CORRELATION) -> Array:
    """(n, 16, 16) uint8 → (p, 2) positions i < j of images that look the same.

    ``among`` are the positions to compare, by default all.
    """
    flat = grey.reshape(len(grey), -1)
    among = np.arange(len(flat)) if among is None else among
    where = among[_spread(flat, among) >= FLAT]
    if len(where) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    where, short = _bounding(flat, where)
    # Pairs above the correlation are at most this far apart, so along the first component too.
    reach = math.sqrt(2 * (1 - correlation)) + 1e-6

    def search(start: int) -> Array:
        """Pairs of a block of images with those after it."""
        block = short[start : start + ROWS]
        stop = int(np.searchsorted(short[:, 0], block[-1, 0] + reach, side="right"))
        pairs = [np.zeros((0, 2), dtype=np.int64)]
        total = 0
        for low in range(start, stop, COLUMNS):
            bound = block @ short[low : min(low + COLUMNS, stop)].T
            if bound.max() < correlation:
                continue
            i, j = np.nonzero(bound >= correlation)
            i, j = i + start, j + low
            i, j = where[i[i < j]], where[j[i < j]]
            same = _correlation(flat, i, j) >= correlation
            pairs.append(np.stack([i[same], j[same]], axis=1))
            total += int(same.sum())
            if total > MOST_PAIRS:
                break
        return np.concatenate(pairs)

    found: list[Array] = []
    total = 0
    with ThreadPoolExecutor(min(cores(), THREADS)) as pool:
        for pairs in pool.map(search, range(0, len(short), ROWS)):
            found.append(pairs)
            total += len(pairs)
            if total > MOST_PAIRS:  # thousands of copies of few pictures: enough is known
                pool.shutdown(cancel_futures=True)
                break
    pairs = np.sort(np.concatenate(found), axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def unit(flat: Array) -> Array:
    """(n, 256) grey values with mean 0 and length 1, float32."""
    values = flat.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6))


def _spread(flat: Array, where: Array) -> Array:
    """(n,) standard deviation of the grey values, a few images at a time."""
    out = np.empty(len(where), dtype=np.float32)
    for start in range(0, len(where), BATCH):
        part = slice(start, start + BATCH)
        out[part] = flat[where[part]].std(axis=1, dtype=np.float32)
    return out


def _correlation(flat: Array, i: Array, j: Array) -> Array:
    """(p,) correlation of each pair."""
    out = np.empty(len(i), dtype=np.float32)
    for start in range(0, len(i), BATCH):
        part = slice(start, start + BATCH)
        out[part] = np.einsum("pd,pd->p", unit(flat[i[part]]), unit(flat[j[part]]))
    return out


def _bounding(flat: Array, where: Array) -> tuple[Array, Array]:
    """The images ``where`` in the order of their first principal component, and (n, 32) values.

    The inner products of these are never below the correlations: they are the first components,
    and the length of what they leave out.
    """
    rng = generator(0, "components")
    sample = unit(flat[rng.choice(where, min(SAMPLED, len(where)), replace=False)])
    _, vectors = np.linalg.eigh(sample.T @ sample)
    first = np.ascontiguousarray(vectors[:, ::-1][:, :COMPONENTS])
    out = np.empty((len(where), first.shape[1] + 1), dtype=np.float32)
    for start in range(0, len(where), BATCH):
        part = out[start : start + BATCH]
        part[:, :-1] = unit(flat[where[start : start + BATCH]]) @ first
        rest = 1 - (part[:, :-1] ** 2).sum(axis=1)
        part[:, -1] = np.sqrt(np.maximum(rest, 0)) + 1e-4
    order = np.argsort(out[:, 0], kind="stable")
    return where[order], out[order]
