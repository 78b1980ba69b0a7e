"""Groups of copies, which a split has to keep on one side.

Axes: n samples, d features, p pairs.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...data.copies import equal_keys
from ...readers.threads import one_thread
from ..quality.copies import copy_groups
from ..quality.near_images import near_pairs

_MIX, _STIR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
LIKENESS = 0.02
"""A group of near copies above this share of the images is a likeness, not a copy."""


def equal_rows(features: Array) -> Array:
    """(n, d) float32 → (n,) the first row with the same features, whatever the labels."""
    bits = np.ascontiguousarray(features + np.float32(0)).view(np.uint32)  # one zero, not two
    keys = np.full(len(bits), _STIR)
    for column in bits.T:
        keys = (keys ^ column.astype(np.uint64)) * _MIX
        keys ^= keys >> np.uint64(29)
    return equal_keys(keys)


def alike_images(digest: Array, grey: Array, large: Array) -> tuple[Array, str]:
    """(n,) groups of images with equal content or nearly equal grey values, and a note on them.

    Only ``large`` (n,) bool images have enough pixels to be near copies by their grey values.
    Nearly equal images that would form a group of more than `LIKENESS` of all are look-alikes; then
    only equal pixels count.
    """
    exact = equal_keys(digest)
    with one_thread():
        pairs = near_pairs(grey, np.flatnonzero(large))
    if not len(pairs):
        return exact, ""
    groups = copy_groups(digest, pairs)
    if np.bincount(groups).max() > max(LIKENESS * len(groups), 10):
        return exact, (
            "So many images are alike that only those with equal pixels are kept together in a "
            "split; near copies may be on both sides."
        )
    return groups, ""


def joined(a: Array, b: Array) -> Array:
    """(n,) groups of samples that are together in one of two groupings, or by way of others.

    >>> joined(np.array([0, 0, 1, 2]), np.array([5, 6, 6, 7])).tolist()
    [0, 0, 0, 1]
    """
    return copy_groups(a, np.stack([np.arange(len(b)), equal_keys(b)], axis=1))
