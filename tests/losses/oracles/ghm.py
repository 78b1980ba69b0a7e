"""One density of gradient norms for all classes."""

from __future__ import annotations

from math import log

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known, Oracle


class GHM(Oracle):
    def prepare(self, bins: int = 30, momentum: float = 0.75) -> None:
        self.bins, self.momentum = bins, momentum
        self.kept = [0.0] * bins
        self.total, self.filled = 0, 0

    def bin_of(self, g: float) -> int:
        return min(int(g * self.bins), self.bins - 1)

    def observe(self, norms: list[float], targets: list[int]) -> None:
        batch = [sum(self.bin_of(g) == b for g in norms) for b in range(self.bins)]
        self.total, self.filled = len(norms), sum(count > 0 for count in batch)
        for b, count in enumerate(batch):
            if count and self.kept[b]:
                self.kept[b] = self.momentum * self.kept[b] + (1 - self.momentum) * count
            elif count:
                self.kept[b] = count

    def weight(self, p: float, y: int, h: Array) -> float:
        kept = self.kept[self.bin_of(1 - p)]
        return self.total / (kept * self.filled) if kept else 1.0


KNOWN = {
    # g = ½ ½ ¾ ¼ in bins 1 1 2 0 of 3: weights 4/(2·3) twice and 4/3 twice
    "ghm": Known(
        GHM,
        ByHand(
            (3, 1),
            {"bins": 3},
            [HALF, HALF, HEAD, HEAD],
            [0, 1, 1, 0],
            LN2 + log(4 / 3) / 3,
        ),
        ({"bins": 4, "momentum": 0.0}, {"bins": 1}),
    ),
}
