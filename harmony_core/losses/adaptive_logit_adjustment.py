"""Adaptive logit adjustment: a margin by class size and by how hard the sample still is."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .options import Options
from .registry import LOSSES
from .samples import ONE_LABEL


class AdaptiveLogitAdjustment(Loss):
    """L = (1/n) Σ CE(s·(z − A e_y), y), with A = ½ (1 − z_y) / log(N_y / N_min + 1).

    The logits z are cosines in [−1, 1] (`harmony_core.heads.CosineClassifier`), as for `LDAMLoss`.
    The first factor is the difficulty of the sample, from 0 where its feature points in the
    direction of its class to 1 where it points away; the second is the rarity of the class. A is
    held constant in the backward pass. Predictions use argmax z, and probabilities softmax(s z).
    ``rarity`` (c,) is 1 / log(N_c / N_min + 1).

    ``scale`` s = 30, as for LDAM. Zhao et al. 2022, arXiv 2104.06094.

    >>> AdaptiveLogitAdjustment([3, 1]).rarity  # 1 / log 4, 1 / log 2
    tensor([0.7213, 1.4427])
    """

    head = "cosine"
    refuses_soft = f"The margin of ALA {ONE_LABEL}"
    rarity: Tensor

    def __init__(
        self, class_counts: object, scale: float = 30.0, **options: Unpack[Options]
    ) -> None:
        LOSSES["ala"].resolve({"scale": scale})
        super().__init__(class_counts, **options)
        self.scale = float(scale)
        counts = self.class_counts.to(torch.float64)
        self.register_buffer("rarity", torch.zeros_like(self.class_counts))
        self.rarity.copy_(1 / torch.log(counts / counts.min() + 1))

    def adjust(self, samples: Samples) -> Tensor:
        logits, own = samples.logits, samples.targets[:, None]
        difficulty = (1 - logits.detach().gather(1, own)) / 2
        margin = difficulty * self.rarity[own].to(logits.dtype)
        return self.scale * logits.scatter_add(1, own, -margin)
