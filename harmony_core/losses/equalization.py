"""Softmax equalization: samples of other classes leave rare classes alone most of the time."""

from __future__ import annotations

import math
from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .drawn import DrawnNumbers
from .options import Options
from .registry import LOSSES
from .samples import ONE_LABEL


class SoftmaxEqualization(Loss):
    """L = −(1/n) Σ log e^{z_y} / Σ_c w_c e^{z_c}, w_c = 1 − β [π_c < λ/C] [c ≠ y].

    β is 1 with probability γ, else 0, drawn for every sample and class. Where w_c = 0 the sample
    says nothing about class c, so the many samples of other classes press the logits of rare ones
    down less often. The gradient norm is that of the softmax with these weights. In evaluation mode
    nothing is left out, and the loss is cross-entropy. ``rare`` (c,) is [π_c < λ/C].

    ``gamma`` γ = 0.9 and ``threshold`` λ = 0.5 are the setting of the BagofTricks-LT code, 0.9 and
    π_c < 0.005, on 100 classes; there the threshold is a share of all samples, here of an equal
    share, so that it has the same meaning for any number of classes. γ = 0 or λ = 0 is
    cross-entropy. The numbers are drawn from ``seed`` and the epoch, see `DrawnNumbers`; another
    order of the same batch changes which are used where. Tan et al. 2020, arXiv 2003.05176.

    >>> loss = SoftmaxEqualization([9, 1], gamma=1.0)
    >>> loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # the first sample ignores class 1: ½ log 2
    tensor(0.3466)
    """

    refuses_soft = f"What softmax equalization leaves out {ONE_LABEL}"
    rare: Tensor

    def __init__(
        self,
        class_counts: object,
        gamma: float = 0.9,
        threshold: float = 0.5,
        seed: int = 0,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["eql"].resolve({"gamma": gamma, "threshold": threshold, "seed": seed})
        super().__init__(class_counts, **options)
        self.gamma = float(gamma)
        counts = self.class_counts.to(torch.float64)
        self.register_buffer("rare", counts * self.classes < threshold * counts.sum())
        self.drawn = DrawnNumbers(torch.rand, seed)

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Draw the epoch's numbers."""
        self.drawn.draw(epoch)

    def adjust(self, samples: Samples) -> Tensor:
        logits, targets = samples.logits, samples.targets
        if not self.in_training_step:
            return logits
        chosen = self.drawn.take(*logits.shape) < self.gamma
        other = torch.arange(self.classes, device=targets.device) != targets[:, None]
        return logits.masked_fill(chosen & self.rare & other, -math.inf)
