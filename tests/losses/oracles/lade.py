"""Balanced softmax and a term of the whole batch."""

from __future__ import annotations

import math
from dataclasses import replace
from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, ByHand, Known, Oracle, Outcome


class LADE(Oracle):
    def prepare(self, alpha: float = 0.1, penalty: float = 0.01) -> None:
        self.alpha, self.penalty = alpha, penalty
        self.prior = [count / sum(self.counts) for count in self.counts]

    def logits(self, z: Array, y: int) -> Array:
        return z + np.log(self.prior)

    def step(self, logits: Array, targets: Array, features: Array) -> Outcome:
        balanced = super().step(logits, targets, features)
        if not self.training:
            return balanced
        n, loss, gradient = len(targets), balanced.loss, balanced.gradient.copy()
        for c, prior in enumerate(self.prior):
            mine = [i for i in range(n) if targets[i] == c]
            mean = sum(logits[i, c] for i in mine) / len(mine) if mine else 0.0
            ratio = [math.exp(logits[i, c]) / (self.classes * prior) for i in range(n)]
            bound = log(sum(ratio) / n)
            loss -= self.alpha * prior * (mean - bound - self.penalty * bound**2)
            for i in range(n):
                slope = (1 + 2 * self.penalty * bound) * ratio[i] / sum(ratio)
                slope -= 1 / len(mine) if i in mine else 0
                gradient[i, c] += self.alpha * prior * slope
        return replace(balanced, loss=loss, gradient=gradient)


L0, L1 = log(2 / 3), log(2)
KNOWN = {
    # p̃ = (¾, ¼); class means are 0, L = (log 1/(2·¾), log 1/(2·¼))
    "lade": Known(
        LADE,
        ByHand(
            (3, 1),
            {"alpha": 0.5, "penalty": 0.1},
            [HALF, HALF],
            [0, 1],
            (log(4 / 3) + log(4)) / 2
            + 0.5 * (0.75 * (L0 + 0.1 * L0**2) + 0.25 * (L1 + 0.1 * L1**2)),
        ),
        ({"alpha": 1.0, "penalty": 0.5}, {"alpha": 0.0}),
        by_difficulty=False,
    ),
}
