"""Rare classes left out of the softmax at random."""

from __future__ import annotations

import math

import torch

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, LN2, ByHand, Known, Oracle, Outcome


class Drawing(Oracle):
    """A loss that reads random numbers from a table of 65537, one place for each sample and class.

    The table of epoch 0 is drawn from a generator with seed · 1000003; step t starts at 40503 t.
    """

    table: list[float]

    def draw(self, numbers: torch.Tensor) -> None:
        self.table, self.steps, self.samples = numbers.tolist(), 0, 0

    def step(self, logits: Array, targets: Array, features: Array) -> Outcome:
        self.samples = 0
        outcome = super().step(logits, targets, features)
        self.steps += self.training
        return outcome

    def next_numbers(self) -> list[float]:
        """The numbers of the next sample of the batch, one for each class."""
        first = 40503 * self.steps + self.classes * self.samples
        self.samples += 1
        return [self.table[(first + c) % 65537] for c in range(self.classes)]


class SoftmaxEqualization(Drawing):
    def prepare(self, gamma: float = 0.9, threshold: float = 0.5, seed: int = 0) -> None:
        self.gamma = gamma
        share = [count / sum(self.counts) for count in self.counts]
        self.rare = [s < threshold / self.classes for s in share]
        self.draw(torch.rand(65537, generator=torch.Generator().manual_seed(seed * 1000003)))

    def logits(self, z: Array, y: int) -> Array:
        if not self.training:
            return z
        moved = z.copy()
        for c, number in enumerate(self.next_numbers()):
            if self.rare[c] and c != y and number < self.gamma:
                moved[c] = -math.inf
        return moved


KNOWN = {
    # class 1 is rare and always left out by class 0: log 1 and log 2
    "eql": Known(
        SoftmaxEqualization,
        ByHand((9, 1), {"gamma": 1.0}, [HALF, HALF], [0, 1], LN2 / 2),
        ({"gamma": 0.5, "threshold": 1.0, "seed": 3}, {"gamma": 1.0, "threshold": 0.1}),
        by_difficulty=False,
    ),
}
