"""Label-distribution-aware margin: a tail class has to win by more."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import Loss
from .registry import LOSSES


class LDAMLoss(Loss):
    """L = (1/n) Σ CE(s·(z − m_y e_y), y), with margins m_c = m_max · N_c^{−1/4} / max N^{−1/4}.

    The logits z are cosines in [−1, 1] between the features and each class's direction, from a
    cosine classifier without bias (``head="cosine"`` of our models): on free logits a network would
    grow its last layer until the margin is nothing. The margin is taken from the true class's
    cosine, then everything is scaled by s; the gradient norm is that of the scaled logits. The
    gradient with respect to the cosines is therefore s times as long. Predictions use argmax z, and
    probabilities softmax(s z), without the margin.

    ``margin`` m_max = 0.5 and ``scale`` s = 30, the values of the authors' code; ``margins`` (c,)
    is m. Deferred re-weighting (LDAM-DRW) comes from outside, through `set_class_weight`.
    Cao et al. 2019, arXiv 1906.07413.
    """

    margins: Tensor

    def __init__(self, class_counts: object, margin: float = 0.5, scale: float = 30.0) -> None:
        LOSSES["ldam"].resolve({"margin": margin, "scale": scale})
        super().__init__(class_counts)
        self.scale = float(scale)
        rarity = self.class_counts.to(torch.float64) ** -0.25
        self.register_buffer("margins", torch.zeros_like(self.class_counts))
        self.margins.copy_(margin * rarity / rarity.max())

    def adjust(self, logits: Tensor, targets: Tensor) -> Tensor:
        margin = self.margins.gather(0, targets)[:, None].to(logits.dtype)
        return self.scale * logits.scatter_add(1, targets[:, None], -margin)
