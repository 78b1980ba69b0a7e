"""Gradient harmonizing mechanism: one density of gradient norms for all classes."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import DensityState, Loss, LossTerms, Samples
from .density import histogram, locate, look_up
from .options import Options
from .over_ranks import Pending, after_sum
from .registry import LOSSES


class GHMLoss(Loss):
    """L = (1/n) Σ w[b_i] CE with w[b] = n / (S[b] K): every occupied bin counts the same in total.

    b is the bin of g = 1 − p_y among ``bins`` equal ones, R[b] the batch's count, K the number of
    bins with R[b] > 0, and S[b] ← μ S[b] + (1 − μ) R[b] in those bins. When a bin is first
    occupied, S[b] = R[b]; μ S[b] would be 0 and the weight 1/(1 − μ) times too large. This is GHM-C
    of Li, Liu and Wang 2019 (arXiv 1811.05181), with the softmax in place of a detector's sigmoid
    and normalised by the non-empty bins. μ = 0 is the plain density of the batch.

    A soft target is in the bin of g = ½‖p − q‖₁.

    In evaluation mode the weights are those of the last training batch; a bin that was never
    occupied has weight 1. ``bins`` = 30 and ``momentum`` μ = 0.75 as in the authors' code.

    >>> z, y = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.1, 0.0]]), torch.tensor([0, 1, 1])
    >>> GHMLoss([3, 1], bins=3).terms(z, y).weight  # 3 / (2 · 2), twice, and 3 / (1 · 2)
    tensor([0.7500, 0.7500, 1.5000])
    """

    counts: Tensor
    table: Tensor
    bins: Tensor

    def __init__(
        self,
        class_counts: object,
        bins: int = 30,
        momentum: float = 0.75,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["ghm"].resolve({"bins": bins, "momentum": momentum})
        super().__init__(class_counts, **options)
        self.momentum = float(momentum)
        self.register_buffer("bins", torch.tensor([bins]))
        self.register_buffer("counts", torch.zeros(1, bins, dtype=torch.float32))
        self.register_buffer("table", torch.ones(1, bins, dtype=torch.float32))

    def density_state(self) -> DensityState:
        shape = (self.classes, self.counts.shape[1])
        regions = self.bins.expand(self.classes)
        return DensityState(self.counts.expand(shape), regions, self.table.expand(shape))

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms | Pending[LossTerms]:
        judged = norm.reshape(-1)
        row = torch.zeros_like(samples.targets).reshape(-1)
        cells = locate(judged, row, self.bins, self.counts)

        def terms() -> LossTerms:
            unit = self.units(samples, loss.dtype)
            weight = look_up(self.table, cells).to(loss.dtype).view_as(loss)
            return LossTerms(loss, unit * weight, norm, unit, norm)

        def finish(batch: Tensor) -> LossTerms:
            self._observe(batch)
            return terms()

        if not self.in_training_step:
            return terms()
        shares = samples.shares(self.counts.dtype)
        return after_sum(histogram(judged, cells, self.counts, shares), finish)

    @torch.no_grad()
    def _observe(self, batch: Tensor) -> None:
        """Count the batch's histogram (1, bins) and update the table of weights, in place."""
        hit, known = batch > 0, self.counts > 0
        mixed = self.momentum * self.counts + (1 - self.momentum) * batch
        counts = torch.where(hit, torch.where(known, mixed, batch), self.counts)
        share = batch.sum() / hit.sum().clamp_min(1)
        unseen = counts <= 0
        table = (share / counts.masked_fill(unseen, 1.0)).masked_fill(unseen, 1.0)
        self.table.copy_(torch.where(share > 0, table, self.table))
        self.counts.copy_(counts)
