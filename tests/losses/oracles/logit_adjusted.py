"""Losses that move the logits by class size."""

from __future__ import annotations

from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, ByHand, Known, Oracle


class LogitAdjusted(Oracle):
    def prepare(self, tau: float = 1.0) -> None:
        self.offset = tau * np.log(np.array(self.counts) / sum(self.counts))

    def logits(self, z: Array, y: int) -> Array:
        return z + self.offset


class VectorScaling(Oracle):
    def prepare(self, gamma: float = 0.1, tau: float = 1.0) -> None:
        self.offset = tau * np.log(np.array(self.counts) / sum(self.counts))
        self.stretch = np.array([(count / max(self.counts)) ** gamma for count in self.counts])

    def logits(self, z: Array, y: int) -> Array:
        return z * self.stretch + self.offset


KNOWN = {
    # p̃ = (¾, ¼)
    "balanced_softmax": Known(
        LogitAdjusted,
        ByHand((3, 1), {}, [HALF, HALF], [0, 1], (log(4 / 3) + log(4)) / 2),
        by_difficulty=False,
    ),
    # p̃ = (9/10, 1/10)
    "logit_adjusted": Known(
        LogitAdjusted,
        ByHand((3, 1), {"tau": 2.0}, [HALF, HALF], [0, 1], (log(10 / 9) + log(10)) / 2),
        ({"tau": 0.0}, {"tau": 2.5}),
        by_difficulty=False,
    ),
    # Δ = (1, 2): z/Δ = (0, ln 3)
    "vs": Known(
        VectorScaling,
        ByHand((4, 1), {"gamma": 0.5, "tau": 0.0}, [[0.0, 2 * log(3)]], [1], log(4 / 3)),
        ({"gamma": 0.0, "tau": 0.0}, {"gamma": 0.5, "tau": 2.0}),
        by_difficulty=False,
    ),
}
