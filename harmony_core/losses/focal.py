"""Focal loss: samples that the network gets right count less; with and without class weights."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import LossTerms, Samples
from .options import Options
from .registry import LOSSES
from .samples import distance
from .weighted import ClassWeighted, class_balanced_weights


class FocalLoss(ClassWeighted):
    """L = (1/n) Σ (1 − p_y)^γ CE: weights by difficulty only, whatever the class.

    The focal factor depends on the logits and is differentiated with them, as in the original.
    ``weight`` is (1 − p)^γ; ``cross_entropy`` has the value CE and the gradient
    (1 + γ p·CE/(1 − p)) ∂CE. Their product is the focal loss with its exact first derivative, so an
    easy sample pulls up to 1 + γ times as hard as its weight says.

    With soft targets the factor is g^γ with g = ½‖p − q‖₁, so the loss is least, 0, at p = q.

    ``gamma`` = 2, the default of Lin et al. 2017, arXiv 1708.02002; γ = 0 is cross-entropy.

    >>> FocalLoss([3, 1])(torch.zeros(1, 2), torch.tensor([0]))  # ½² log 2
    tensor(0.1733)
    """

    def __init__(
        self, class_counts: object, gamma: float = 2.0, **options: Unpack[Options]
    ) -> None:
        LOSSES["focal"].resolve({"gamma": gamma})
        super().__init__(class_counts, **options)
        self.gamma = float(gamma)

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms:
        unit = self.units(samples, loss.dtype)
        weight = unit * norm**self.gamma
        if samples.aim is None:
            steeper = _steepened(loss, norm, self.gamma)
        else:
            steeper = _steepened_soft(loss, norm, self.gamma, samples.logits, samples.aim)
        return LossTerms(steeper, weight, norm, unit, norm)


class ClassBalancedFocal(FocalLoss):
    """L = Σ u_y (1 − p_y)^γ CE / Σ u_y with u as in `ClassBalanced`; p from the plain softmax.

    γ = 0 is `ClassBalanced`, β = 0 is `FocalLoss`. Cui et al. 2019, arXiv 1901.05555.

    >>> loss = ClassBalancedFocal([1, 2], beta=0.5, gamma=1.0)
    >>> loss.terms(torch.zeros(2, 2), torch.tensor([0, 1])).weight  # u_y · ½
    tensor([0.6000, 0.4000])
    """

    def __init__(
        self,
        class_counts: object,
        beta: float = 0.9999,
        gamma: float = 2.0,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["cb_focal"].resolve({"beta": beta, "gamma": gamma})
        super().__init__(class_counts, gamma, **options)
        self.u.copy_(class_balanced_weights(self.class_counts, beta))


def _steepened(loss: Tensor, norm: Tensor, gamma: float) -> Tensor:
    """CE, with the gradient (1 + γ p·CE/(1 − p)) ∂CE; the fraction tends to 1 as p → 1."""
    value = loss.detach()
    tiny = torch.finfo(value.dtype).tiny
    fraction = (torch.exp(-value) * value / norm.clamp_min(tiny)).masked_fill(norm <= 0, 1.0)
    return value + (1 + gamma * fraction) * (loss - value)


def _steepened_soft(
    loss: Tensor, norm: Tensor, gamma: float, logits: Tensor, aim: Tensor
) -> Tensor:
    """CE of every label (n, c), with the gradient ∂CE + γ CE ∂g / g, g being ½‖p − q‖₁."""
    moved = distance(torch.log_softmax(logits, 1), aim)[:, None] - norm
    slope = gamma * loss.detach() / norm.clamp_min(torch.finfo(norm.dtype).eps)
    return loss + slope * moved
