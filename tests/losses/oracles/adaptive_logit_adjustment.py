"""A margin by class size and cosine."""

from __future__ import annotations

import math
from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, LN2, ByHand, Known, Oracle


class AdaptiveLogitAdjustment(Oracle):
    def prepare(self, scale: float = 30.0) -> None:
        self.scale = scale
        self.stretch = np.full(self.classes, scale)

    def logits(self, z: Array, y: int) -> Array:
        moved = z.copy()
        moved[y] -= (1 - z[y]) / 2 / math.log(self.counts[y] / min(self.counts) + 1)
        return self.scale * moved


KNOWN = {
    # A = ½ / ln 2, which the scale makes 1: p = 1 / (1 + e); the second has cosine 1 and A = 0
    "ala": Known(
        AdaptiveLogitAdjustment,
        ByHand(
            (1, 1),
            {"scale": 2 * LN2},
            [HALF, [1.0, 0.0]],
            [0, 0],
            (log(1 + math.e) + log(5 / 4)) / 2,
        ),
        ({"scale": 1.0}, {"scale": 5.0}),
        by_difficulty=False,
        shift_is_constant=False,
    ),
}
