"""Cross-entropy with one weight for each class, from its number of samples."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import Loss, LossTerms
from .registry import LOSSES


def inverse_frequency_weights(class_counts: Tensor, exponent: float) -> Tensor:
    """u_c ∝ N_c^{−ρ} with Σ N_c u_c = Σ N_c: mean 1 over the training samples; float64 (c,)."""
    counts = class_counts.to(torch.float64)
    weight = counts**-exponent
    return weight * counts.sum() / (counts * weight).sum()


def class_balanced_weights(class_counts: Tensor, beta: float) -> Tensor:
    """u_c ∝ (1 − β) / (1 − β^{N_c}) with Σ u_c = C; float64 (c,).

    β = 0 weighs all classes alike, β → 1 by inverse frequency. Cui et al. 2019, arXiv 1901.05555.
    """
    counts = class_counts.to(torch.float64)
    weight = (1 - beta) / (1 - beta**counts)
    return weight * len(counts) / weight.sum()


class ClassWeighted(Loss):
    """L = Σ u_y CE / Σ u_y, as `F.cross_entropy` with ``weight=u``; ``u`` (c,) is a buffer."""

    u: Tensor

    def __init__(self, class_counts: object) -> None:
        super().__init__(class_counts)
        self.register_buffer("u", torch.ones_like(self.class_counts))

    def inter_weight(self) -> Tensor:
        return self.u * self.class_weight

    def weigh(
        self, loss: Tensor, norm: Tensor, targets: Tensor, features: Tensor | None
    ) -> LossTerms:
        unit = self.inter_weight().gather(0, targets).to(loss.dtype)
        return LossTerms(loss, unit, norm, unit)


class WeightedCrossEntropy(ClassWeighted):
    """Every sample counts u_y ∝ N_y^{−ρ}; with ρ = 1 every class counts the same in total.

    ``exponent`` ρ = 1 by default, the plain inverse frequency; ρ = ½ is the milder square root.
    """

    def __init__(self, class_counts: object, exponent: float = 1.0) -> None:
        LOSSES["weighted_ce"].resolve({"exponent": exponent})
        super().__init__(class_counts)
        self.u.copy_(inverse_frequency_weights(self.class_counts, exponent))


class ClassBalanced(ClassWeighted):
    """Every sample counts u_y ∝ (1 − β)/(1 − β^{N_y}), the inverse effective number of samples.

    New samples of a class tell less and less that is new; β says how fast. ``beta`` = 0.9999 is the
    value the field uses on CIFAR-LT. Cui et al. 2019, arXiv 1901.05555.
    """

    def __init__(self, class_counts: object, beta: float = 0.9999) -> None:
        LOSSES["class_balanced"].resolve({"beta": beta})
        super().__init__(class_counts)
        self.u.copy_(class_balanced_weights(self.class_counts, beta))
