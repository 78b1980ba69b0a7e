"""Cross-entropy, and the two quantities every other loss is made of."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .base import Loss, LossTerms


def sample_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """−log softmax(z)_y of each sample (n,), with gradient."""
    return F.cross_entropy(logits, targets, reduction="none")


def gradient_norm(cross_entropy: Tensor) -> Tensor:
    """g = 1 − p_y = ½‖∂CE/∂z‖₁ of each sample (n,), in [0, 1], detached.

    From −expm1(−CE), which keeps its precision where p_y is close to 1; NaN stays NaN.
    """
    return torch.expm1(-cross_entropy.detach()).neg_().clamp_(0, 1)


class CrossEntropy(Loss):
    """L = (1/n) Σ −log p_y: every sample counts once, so the head decides.

    The same as `F.cross_entropy`.
    """

    def terms(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> LossTerms:
        z = self.check(logits, targets)
        loss = sample_cross_entropy(z, targets)
        unit = self.class_weight.gather(0, targets).to(z.dtype)
        return LossTerms(loss, unit, gradient_norm(loss), unit)
