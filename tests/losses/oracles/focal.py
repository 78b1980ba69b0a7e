"""Focal losses, whose factor is differentiated."""

from __future__ import annotations

import math

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known
from tests.losses.oracles.weighted import Weighted, effective_number_weights


class Focal(Weighted):
    def prepare(self, gamma: float = 2.0) -> None:
        self.gamma = gamma
        self.u = [1.0] * self.classes

    def weight(self, p: float, y: int, h: Array) -> float:
        return self.u[y] * (1 - p) ** self.gamma

    def steepness(self, p: float) -> float:
        # d(−(1−p)^γ log p)/dp over (1−p)^γ · d(−log p)/dp
        whole = self.gamma * (1 - p) ** (self.gamma - 1) * math.log(p) - (1 - p) ** self.gamma / p
        return whole / ((1 - p) ** self.gamma * (-1 / p))


class CBFocal(Focal):
    def prepare(self, beta: float = 0.9999, gamma: float = 2.0) -> None:
        self.gamma = gamma
        self.u = effective_number_weights(self.counts, beta)


KNOWN = {
    # (½² ln 2 + ¾² 2 ln 2) / 2
    "focal": Known(
        Focal,
        ByHand((3, 1), {}, [HALF, HEAD], [0, 1], 0.6875 * LN2),
        ({"gamma": 0.0}, {"gamma": 0.5}),
        weight_is_constant=False,
    ),
    # (1.2 · ½ ln 2 + 0.8 · ¾ · 2 ln 2) / 2
    "cb_focal": Known(
        CBFocal,
        ByHand((1, 2), {"beta": 0.5, "gamma": 1.0}, [HALF, HEAD], [0, 1], 0.9 * LN2),
        ({"beta": 0.5, "gamma": 1.0},),
        weight_is_constant=False,
    ),
}
