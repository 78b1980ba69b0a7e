"""Logits moved by the decayed mean score of each class."""

from __future__ import annotations

from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, ByHand, Known, Oracle, Outcome, softmax


class Equilibrium(Oracle):
    def prepare(self, momentum: float = 0.9) -> None:
        self.momentum = momentum
        self.scores = [0.01] * self.classes

    def logits(self, z: Array, y: int) -> Array:
        return z + np.log(self.scores)

    def step(self, logits: Array, targets: Array, features: Array) -> Outcome:
        for c in range(self.classes if self.training else 0):
            mine = [softmax(z)[c] for z, y in zip(logits, targets, strict=True) if y == c]
            if mine:
                kept = self.momentum ** len(mine)
                self.scores[c] = kept * self.scores[c] + (1 - kept) * sum(mine) / len(mine)
        return super().step(logits, targets, features)


KNOWN = {
    # s̄ = (¾, ½): p̃ = 9/11 and 2/5
    "loce": Known(
        Equilibrium,
        ByHand((3, 1), {"momentum": 0.0}, [HEAD, HALF], [0, 1], (log(11 / 9) + log(5 / 2)) / 2),
        ({"momentum": 0.0}, {"momentum": 0.99}),
        by_difficulty=False,
        shift_is_constant=False,
    ),
}
