"""Noise on the logits by class size, and a margin."""

from __future__ import annotations

import math
from math import log

import numpy as np
import torch

from harmony_core.arrays import Array
from tests.losses.oracles.base import ByHand, Known
from tests.losses.oracles.equalization import Drawing


class GaussianClouded(Drawing):
    def prepare(
        self, noise: float = 0.5, margin: float = 0.0, scale: float = 30.0, seed: int = 0
    ) -> None:
        self.margin, self.scale = margin, scale
        self.stretch = np.full(self.classes, scale)
        whole = math.log(max(self.counts) / min(self.counts))
        self.cloud = [noise * math.log(max(self.counts) / n) / whole for n in self.counts]
        self.draw(torch.randn(65537, generator=torch.Generator().manual_seed(seed * 1000003)))

    def logits(self, z: Array, y: int) -> Array:
        moved = z.copy()
        moved[y] -= self.margin
        if self.training:
            for c, number in enumerate(self.next_numbers()):
                moved[c] -= self.cloud[c] * min(1.0, abs(number) / 3)
        return self.scale * moved


KNOWN = {
    # without noise: 2 (z_y − ½) = ln 3
    "gcl": Known(
        GaussianClouded,
        ByHand(
            (9, 1),
            {"noise": 0.0, "margin": 0.5, "scale": 2.0},
            [[0.5 + log(3) / 2, 0.0]],
            [0],
            log(4 / 3),
        ),
        ({"margin": 0.3, "scale": 5.0}, {"noise": 2.0, "scale": 1.0, "seed": 7}),
        by_difficulty=False,
    ),
}
