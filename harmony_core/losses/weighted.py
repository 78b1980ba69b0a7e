"""Cross-entropy with one weight for each class, from its number of samples."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss
from .options import Options
from .registry import LOSSES


def inverse_frequency_weights(class_counts: Tensor, exponent: float) -> Tensor:
    """u_c ∝ N_c^{−ρ} with Σ N_c u_c = Σ N_c: mean 1 over the training samples; float64 (c,).

    >>> inverse_frequency_weights(torch.tensor([3, 1]), 1.0)
    tensor([0.6667, 2.0000], dtype=torch.float64)
    """
    counts = class_counts.to(torch.float64)
    weight = counts**-exponent
    return weight * counts.sum() / (counts * weight).sum()


def class_balanced_weights(class_counts: Tensor, beta: float) -> Tensor:
    """u_c ∝ (1 − β) / (1 − β^{N_c}) with Σ u_c = C; float64 (c,).

    β = 0 weighs all classes alike, β → 1 by inverse frequency. Cui et al. 2019, arXiv 1901.05555.

    >>> class_balanced_weights(torch.tensor([1, 2]), 0.5)
    tensor([1.2000, 0.8000], dtype=torch.float64)
    """
    counts = class_counts.to(torch.float64)
    weight = (1 - beta) / (1 - beta**counts)
    return weight * len(counts) / weight.sum()


class ClassWeighted(Loss):
    """L = Σ u_y CE / Σ u_y, as `F.cross_entropy` with ``weight=u``; ``u`` (c,) is a buffer.

    >>> ClassWeighted([3, 1]).u
    tensor([1., 1.])
    """

    u: Tensor

    def __init__(self, class_counts: object, **options: Unpack[Options]) -> None:
        super().__init__(class_counts, **options)
        self.register_buffer("u", torch.ones_like(self.class_counts))

    def inter_weight(self) -> Tensor:
        return self.u * self.class_weight

    def unit_weight(self) -> Tensor:
        return self.inter_weight()


class WeightedCrossEntropy(ClassWeighted):
    """L = Σ u_y CE / Σ u_y with u_c ∝ N_c^{−ρ}; with ρ = 1 all classes count the same in total.

    ``exponent`` ρ = 1 by default, the plain inverse frequency; ρ = ½ is the milder square root.
    Japkowicz and Stephen 2002, doi 10.3233/IDA-2002-6504.

    >>> loss = WeightedCrossEntropy([3, 1])
    >>> z, y = torch.tensor([[0.0, 0.0], [9.0, 0.0]]), torch.tensor([1, 0])
    >>> loss(z, y)  # (2 log 2 + ⅔ · 0) / (2 + ⅔)
    tensor(0.5199)
    """

    def __init__(
        self, class_counts: object, exponent: float = 1.0, **options: Unpack[Options]
    ) -> None:
        LOSSES["weighted_ce"].resolve({"exponent": exponent})
        super().__init__(class_counts, **options)
        self.u.copy_(inverse_frequency_weights(self.class_counts, exponent))


class ClassBalanced(ClassWeighted):
    """L = Σ u_y CE / Σ u_y with u_c ∝ (1 − β)/(1 − β^{N_c}), the inverse effective number.

    Every new sample of a class adds less information than the one before; β says how fast this
    happens. ``beta`` = 0.9999 is the usual value on CIFAR-LT. Cui et al. 2019, arXiv 1901.05555.

    >>> ClassBalanced([1, 2], beta=0.5).u
    tensor([1.2000, 0.8000])
    """

    def __init__(
        self, class_counts: object, beta: float = 0.9999, **options: Unpack[Options]
    ) -> None:
        LOSSES["class_balanced"].resolve({"beta": beta})
        super().__init__(class_counts, **options)
        self.u.copy_(class_balanced_weights(self.class_counts, beta))
