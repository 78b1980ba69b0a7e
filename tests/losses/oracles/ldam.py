"""A margin by class size."""

from __future__ import annotations

from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import LN2, ByHand, Known, Oracle


class LDAM(Oracle):
    def prepare(self, margin: float = 0.5, scale: float = 30.0) -> None:
        rarity = [count**-0.25 for count in self.counts]
        self.margins = [margin * r / max(rarity) for r in rarity]
        self.scale = scale
        self.stretch = np.full(self.classes, scale)

    def logits(self, z: Array, y: int) -> Array:
        moved = z.copy()
        moved[y] -= self.margins[y]
        return self.scale * moved


KNOWN = {
    # margins (¼, ½) leave (0, 0), and (½ ln 3, 0) for the last: 2 z − 2 m gives p = ½, ½, ¾
    "ldam": Known(
        LDAM,
        ByHand(
            (16, 1),
            {"scale": 2.0},
            [[0.25, 0.0], [0.0, 0.5], [0.25 + log(3) / 2, 0.0]],
            [0, 1, 0],
            (2 * LN2 + log(4 / 3)) / 3,
        ),
        ({"margin": 0.0, "scale": 1.0}, {"margin": 0.3, "scale": 5.0}),
        by_difficulty=False,
    ),
}
