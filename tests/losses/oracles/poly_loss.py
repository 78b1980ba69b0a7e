"""Poly-1, which `tests.added` puts into the registry."""

from __future__ import annotations

import math

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known, Oracle


class Poly(Oracle):
    def prepare(self, epsilon: float = 1.0) -> None:
        self.epsilon = epsilon

    def weight(self, p: float, y: int, h: Array) -> float:
        return 1 + self.epsilon * (1 - p) / -math.log(p)

    def steepness(self, p: float) -> float:
        # d(−log p + ε (1 − p))/dp over w · d(−log p)/dp
        return (-1 / p - self.epsilon) / (self.weight(p, 0, h=None) * (-1 / p))


KNOWN = {
    # (ln 2 + ½ + 2 ln 2 + ¾) / 2
    "poly1": Known(
        Poly,
        ByHand((3, 1), {}, [HALF, HEAD], [0, 1], (3 * LN2 + 1.25) / 2),
        ({"epsilon": 0.0}, {"epsilon": 4.0}),
        weight_is_constant=False,
    ),
}
