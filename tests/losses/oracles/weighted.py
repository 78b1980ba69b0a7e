"""Cross-entropy with a weight for each class."""

from __future__ import annotations

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known, Oracle


class Weighted(Oracle):
    """Any loss with a static weight per class in numerator and denominator."""

    u: list[float]

    def unit(self, y: int) -> float:
        return self.u[y]

    def weight(self, p: float, y: int, h: Array) -> float:
        return self.u[y]


class WeightedCE(Weighted):
    def prepare(self, exponent: float = 1.0) -> None:
        raw = [count**-exponent for count in self.counts]
        total = sum(count * r for count, r in zip(self.counts, raw, strict=True))
        self.u = [r * sum(self.counts) / total for r in raw]


def effective_number_weights(counts: list[float], beta: float) -> list[float]:
    raw = [(1 - beta) / (1 - beta**count) for count in counts]
    return [r * len(counts) / sum(raw) for r in raw]


class ClassBalancedCE(Weighted):
    def prepare(self, beta: float = 0.9999) -> None:
        self.u = effective_number_weights(self.counts, beta)


KNOWN = {
    # u ∝ (1/3, 1): (ln 2 / 3 + 2 ln 2) / (4/3)
    "weighted_ce": Known(
        WeightedCE,
        ByHand((3, 1), {}, [HALF, HEAD], [0, 1], 1.75 * LN2),
        ({"exponent": 0.5}, {"exponent": 0.0}),
        by_difficulty=False,
    ),
    # u = (1, 2/3) · 6/5: (1.2 ln 2 + 0.8 · 2 ln 2) / 2
    "class_balanced": Known(
        ClassBalancedCE,
        ByHand((1, 2), {"beta": 0.5}, [HALF, HEAD], [0, 1], 1.4 * LN2),
        ({"beta": 0.9}, {"beta": 0.0}),
        by_difficulty=False,
    ),
}
