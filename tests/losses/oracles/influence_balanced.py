"""A weight by the length of the gradient on the last layer."""

from __future__ import annotations

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, LN2, ByHand, Known, Oracle


class InfluenceBalanced(Oracle):
    def prepare(self, alpha: float = 10.0, start: int = 100) -> None:
        total = sum(1 / count for count in self.counts)
        self.u = [alpha * self.classes / count / total for count in self.counts]

    def weight(self, p: float, y: int, h: Array) -> float:
        return self.u[y] / (2 * (1 - p) * float(np.sum(np.abs(h))) + 1e-3)


KNOWN = {
    # u = 1, ‖p − y‖₁ = 1, ‖h‖₁ = 2
    "ib": Known(
        InfluenceBalanced,
        ByHand((1, 1), {"alpha": 1.0}, [HALF], [0], LN2 / 2.001),
        ({"alpha": 1.0, "start": 0},),
    ),
}
