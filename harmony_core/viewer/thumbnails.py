"""Which tracked images a payload carries as thumbnails, and those as one array.

All of them if they are small; otherwise as many as `BYTES_MOST` holds, the extremes of every method
first and the rest in equal shares of the classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array
from ..frames import Frame, Scene

BYTES_MOST = 1_250_000
"""400 thumbnails of 32 × 32 in colour."""
SIDE_MOST = 32
EXTREMES = 8
"""Samples kept at each end of weight and g, for each method."""


def thumbnails(scene: Scene, last: Sequence[Frame]) -> tuple[Array, Array] | None:
    """Positions (t,) among the tracked samples and their pictures (t, h, w, ch) uint8, or ``None``.

    ``last`` are the newest frames, one a method; their extremes are included.
    """
    inputs = np.asarray(scene.tracked_inputs)
    if scene.kind != "images" or inputs.ndim != 4 or inputs.dtype != np.uint8 or not len(inputs):
        return None
    step = -(-max(inputs.shape[1:3]) // SIDE_MOST)
    small = inputs[:, ::step, ::step]
    most = max(1, BYTES_MOST // int(np.prod(small.shape[1:])))
    chosen = chosen_samples(np.asarray(scene.tracked_targets), last, most)
    return chosen, np.ascontiguousarray(small[chosen])


def chosen_samples(targets: Array, last: Sequence[Frame], most: int) -> Array:
    """At most ``most`` positions, ascending: extremes of each method, then the classes in turn."""
    if len(targets) <= most:
        return np.arange(len(targets))
    kept: dict[int, None] = {}
    for frame in last:
        for values in (frame.tracked_weight, frame.tracked_grad_norm):
            ranked = np.argsort(np.nan_to_num(values), kind="stable")
            kept |= dict.fromkeys(int(i) for i in ranked[:EXTREMES])
            kept |= dict.fromkeys(int(i) for i in ranked[::-1][:EXTREMES])
    order = np.argsort(targets, kind="stable")
    starts = np.searchsorted(targets[order], targets[order])
    place = np.arange(len(order)) - starts
    sizes = np.bincount(targets)
    # each class's samples spread over its own order: 0, middle, quarters, ...
    spread = (place * 0.618033988749895) % 1.0
    turn = np.empty(len(order))
    for label in np.flatnonzero(sizes):
        mine = targets[order] == label
        turn[mine] = np.argsort(np.argsort(spread[mine], kind="stable"), kind="stable")
    for i in order[np.argsort(turn, kind="stable")]:
        if len(kept) >= most:
            break
        kept.setdefault(int(i))
    return np.sort(np.fromiter(list(kept)[:most], dtype=np.int64))
