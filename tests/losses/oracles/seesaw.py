"""Logits of other classes moved by size and by probability."""

from __future__ import annotations

import math
from math import log

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, ByHand, Known, Oracle, softmax


class Seesaw(Oracle):
    def prepare(self, p: float = 0.8, q: float = 2.0) -> None:
        self.p, self.q = p, q

    def logits(self, z: Array, y: int) -> Array:
        moved, share = z.copy(), softmax(z)
        for j in range(self.classes):
            if j != y:
                mitigation = min(1.0, self.counts[j] / self.counts[y]) ** self.p
                compensation = max(1.0, share[j] / max(share[y], 0.01)) ** self.q
                moved[j] += math.log(mitigation * compensation)
        return moved


KNOWN = {
    # M = (1/4)^½ and p = 2/3; then M = 1, C = 3² and p = 1/28
    "seesaw": Known(
        Seesaw,
        ByHand((4, 1), {"p": 0.5}, [HALF, HEAD], [0, 1], (log(3 / 2) + log(28)) / 2),
        ({"p": 0.0}, {"q": 0.0}, {"p": 2.0, "q": 1.0}),
        by_difficulty=False,
        shift_is_constant=False,
    ),
}
