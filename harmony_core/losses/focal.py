"""Focal loss: samples that the network gets right count less; with and without class weights."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import LossTerms
from .registry import LOSSES
from .weighted import ClassWeighted, class_balanced_weights


class FocalLoss(ClassWeighted):
    """L = (1/n) Σ (1 − p_y)^γ CE: weights by difficulty only, whatever the class.

    The focal factor depends on the logits and is differentiated with them, as in the original.
    ``weight`` is (1 − p)^γ; ``cross_entropy`` has the value CE and the gradient
    (1 + γ p·CE/(1 − p)) ∂CE. Their product is the focal loss with its exact first derivative, so an
    easy sample pulls up to 1 + γ times as hard as its weight says.

    ``gamma`` = 2, the default of Lin et al. 2017, arXiv 1708.02002; γ = 0 is cross-entropy.

    >>> FocalLoss([3, 1])(torch.zeros(1, 2), torch.tensor([0]))  # ½² log 2
    tensor(0.1733)
    """

    def __init__(self, class_counts: object, gamma: float = 2.0) -> None:
        LOSSES["focal"].resolve({"gamma": gamma})
        super().__init__(class_counts)
        self.gamma = float(gamma)

    def weigh(
        self,
        loss: Tensor,
        norm: Tensor,
        logits: Tensor,
        targets: Tensor,
        features: Tensor | None,
    ) -> LossTerms:
        unit = self.unit(targets, loss.dtype)
        weight = unit * norm**self.gamma
        return LossTerms(_steepened(loss, norm, self.gamma), weight, norm, unit, norm)


class ClassBalancedFocal(FocalLoss):
    """L = Σ u_y (1 − p_y)^γ CE / Σ u_y with u as in `ClassBalanced`; p from the plain softmax.

    γ = 0 is `ClassBalanced`, β = 0 is `FocalLoss`. Cui et al. 2019, arXiv 1901.05555.

    >>> loss = ClassBalancedFocal([1, 2], beta=0.5, gamma=1.0)
    >>> loss.terms(torch.zeros(2, 2), torch.tensor([0, 1])).weight  # u_y · ½
    tensor([0.6000, 0.4000])
    """

    def __init__(self, class_counts: object, beta: float = 0.9999, gamma: float = 2.0) -> None:
        LOSSES["cb_focal"].resolve({"beta": beta, "gamma": gamma})
        super().__init__(class_counts, gamma)
        self.u.copy_(class_balanced_weights(self.class_counts, beta))


def _steepened(loss: Tensor, norm: Tensor, gamma: float) -> Tensor:
    """CE, with the gradient (1 + γ p·CE/(1 − p)) ∂CE; the fraction tends to 1 as p → 1."""
    value = loss.detach()
    tiny = torch.finfo(value.dtype).tiny
    fraction = (torch.exp(-value) * value / norm.clamp_min(tiny)).masked_fill(norm <= 0, 1.0)
    return value + (1 + gamma * fraction) * (loss - value)
