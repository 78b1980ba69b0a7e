"""Count on the device what every loss does to every class during an epoch."""

from __future__ import annotations

import torch
from torch import Tensor

from ..losses.base import LossTerms
from .distributed import sum_in_place, world


class Collector:
    """Histograms of the difficulty by method and class, accumulated on the device.

    Axes: m methods, c classes, b equal bins of [0, 1]. The four sums are the number of samples, of
    weights, of weight × gradient norm of the loss, and of squared weights.
    """

    def __init__(self, methods: int, classes: int, bins: int, device: torch.device) -> None:
        self.shape = (methods, classes, bins)
        self.sums = torch.zeros(methods * classes * bins, 4, dtype=torch.float64, device=device)
        self.loss = torch.zeros(methods, dtype=torch.float64, device=device)
        self.row = torch.arange(methods, device=device)[:, None] * classes
        self.steps = 0

    def add(self, targets: Tensor, terms: list[LossTerms], losses: Tensor) -> None:
        """Count one step: targets (m, n), the terms of each method, the scalar losses (m,)."""
        grad_norm = torch.stack([term.grad_norm for term in terms])
        weight = torch.stack([term.weight for term in terms])
        bins = self.shape[2]
        if any(term.difficulty is not term.grad_norm for term in terms):
            difficulty = torch.stack([term.difficulty for term in terms])
        else:
            difficulty = grad_norm
        bin_index = (difficulty * bins).long().clamp_(0, bins - 1)
        index = ((self.row + targets) * bins + bin_index).flatten()
        values = torch.stack(
            [torch.ones_like(weight), weight, weight * grad_norm, weight.square()], dim=-1
        )
        self.sums.index_add_(0, index, values.double().flatten(0, 1))
        self.loss += losses.detach()
        self.steps += 1

    def part(self, methods: slice) -> Collector:
        """A collector of some of the methods that adds to this one's sums.

        Steps are still counted by the whole: the caller increments its ``steps``.
        """
        start, stop, _ = methods.indices(self.shape[0])
        cells = self.shape[1] * self.shape[2]
        part = Collector(stop - start, self.shape[1], self.shape[2], self.sums.device)
        part.sums = self.sums[start * cells : stop * cells]
        part.loss = self.loss[start:stop]
        return part

    def finish(self) -> tuple[Tensor, Tensor]:
        """The sums (4, m, c, b) and mean losses (m,) of the epoch over all ranks; then `forget`."""
        sums = self.sums.T.reshape(4, *self.shape).clone()
        loss = self.loss / max(self.steps, 1)
        sum_in_place(sums, loss)
        self.forget()
        return sums, loss / world()[1]

    def forget(self) -> None:
        """Reset to zero, in place."""
        self.sums.zero_()
        self.loss.zero_()
        self.steps = 0
