"""A loss to add: Poly-1. Leng et al. 2022, arXiv 2204.12511."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from harmony_core.losses import LOSSES
from harmony_core.losses.base import Loss, LossTerms, Samples
from harmony_core.losses.options import Options


class PolyLoss(Loss):
    """L = (1/n) Σ CE + ε (1 − p_y), differentiated with the logits.

    The weight is 1 + ε g / CE, and the cross-entropy's gradient is 1 + ε p_y over the weight.
    """

    def __init__(
        self, class_counts: object, epsilon: float = 1.0, **options: Unpack[Options]
    ) -> None:
        LOSSES["poly1"].resolve({"epsilon": epsilon})
        super().__init__(class_counts, **options)
        self.epsilon = float(epsilon)

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms:
        value = loss.detach()
        tiny = torch.finfo(value.dtype).tiny
        share = (norm / value.clamp_min(tiny)).masked_fill(value <= 0, 1.0)
        own = 1 + self.epsilon * share
        slope = (1 + self.epsilon * torch.exp(-value)) / own
        unit = samples.each(self.unit_weight()).to(loss.dtype)
        return LossTerms(value + slope * (loss - value), unit * own, norm, unit, norm)
