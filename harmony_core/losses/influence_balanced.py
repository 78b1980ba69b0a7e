"""Influence-balanced loss: the samples that would move the boundary most count least."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from ..errors import DataError
from .base import Loss, LossTerms, Samples
from .options import Options
from .registry import LOSSES

EPSILON = 1e-3
"""Added to the influence, as in the authors' code."""


class InfluenceBalanced(Loss):
    """L = (1/n) Σ α u_y / (‖p − y‖₁ ‖h‖₁ + ε) · CE, plain cross-entropy before epoch ``start``.

    ‖p − y‖₁ ‖h‖₁ = 2 g ‖h‖₁ is the 1-norm of the sample's gradient on the last layer, whose input
    is the penultimate feature vector h (n, d); u_c ∝ 1/N_c with Σ u_c = C. As in the authors' code
    the sum is divided by n, not by Σ of the weights, so α scales the loss and acts as a factor on
    the learning rate.

    ``start`` = 100 is the first 0-based epoch with weights, half of the reference's 200 epochs; if
    `on_epoch_start` is given the number of epochs, the weights start half-way at the latest. If it
    is never called, they are on from the first step. ``alpha`` = 10: the reference has 1000, and
    divides its learning rate by 100 at the same epoch. The product of the two sets the step, and
    our learning rate does not depend on the loss. Park et al. 2021, arXiv 2110.02444.

    >>> loss = InfluenceBalanced([1, 1], alpha=1.0)
    >>> features = torch.tensor([[1.0, -1.0]])
    >>> loss.terms(torch.zeros(1, 2), torch.tensor([0]), features).weight  # 1 / (2 · ½ · 2 + ε)
    tensor([0.4998])
    """

    needs_features = True
    u: Tensor
    active: Tensor

    def __init__(
        self,
        class_counts: object,
        alpha: float = 10.0,
        start: int = 100,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["ib"].resolve({"alpha": alpha, "start": start})
        super().__init__(class_counts, **options)
        self.alpha, self.start = float(alpha), int(start)
        rarity = 1 / self.class_counts.to(torch.float64)
        self.register_buffer("u", torch.zeros_like(self.class_counts))
        self.u.copy_(rarity * self.classes / rarity.sum())
        self.register_buffer("active", torch.tensor(True))

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Turn the weights on from epoch ``start``, or half-way if that comes first."""
        start = self.start if epochs is None else min(self.start, epochs // 2)
        self.active.fill_(epoch >= start)

    def inter_weight(self) -> Tensor:
        """(c,) α u_c once the weights are on; the influence depends on the sample."""
        return torch.where(self.active, self.alpha * self.u, 1.0) * self.class_weight

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms:
        features = samples.features
        if features is None or features.ndim != 2 or len(features) != len(loss):
            got = "none" if features is None else f"shape {tuple(features.shape)}"
            raise DataError(
                f"Expected features of shape ({len(loss)}, d), but got {got}. The "
                "influence-balanced loss is called as loss(logits, targets, features) with the "
                "last layer's input."
            )
        length = samples.alike(features.detach().to(loss.dtype).abs().sum(1))
        rarity = samples.each(self.u).to(loss.dtype)
        influence = self.alpha * rarity / (2 * norm * length + EPSILON)
        unit = self.units(samples, loss.dtype)
        weight = unit * influence.masked_fill(~self.active, 1.0)
        return LossTerms(loss, weight, norm, unit, norm)
