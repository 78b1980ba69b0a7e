"""Label-distribution-aware margin: a rarer class has to win by a larger margin."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .options import Options
from .registry import LOSSES
from .samples import ONE_LABEL


class LDAMLoss(Loss):
    """L = (1/n) Σ CE(s·(z − m_y e_y), y), with margins m_c = m_max · N_c^{−1/4} / max N^{−1/4}.

    The logits z are cosines in [−1, 1] between the features and each class's direction, from a
    cosine classifier without bias (`harmony_core.heads.CosineClassifier`): with unbounded logits a
    network could grow its last layer until the margin is negligible. The margin is subtracted from
    the true class's cosine, then all cosines are multiplied by s; the gradient norm is that of the
    scaled logits, and the gradient with respect to the cosines is s times as long. Predictions use
    argmax z, and probabilities softmax(s z), without the margin.

    ``margin`` m_max = 0.5 and ``scale`` s = 30 as in the authors' code; ``margins`` (c,) is m.
    Deferred re-weighting (LDAM-DRW) is applied through `set_class_weight`. Cao et al. 2019,
    arXiv 1906.07413.

    >>> LDAMLoss([16, 1], margin=0.5).margins
    tensor([0.2500, 0.5000])
    """

    head = "cosine"
    refuses_soft = f"The margin of LDAM {ONE_LABEL}"
    margins: Tensor

    def __init__(
        self,
        class_counts: object,
        margin: float = 0.5,
        scale: float = 30.0,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["ldam"].resolve({"margin": margin, "scale": scale})
        super().__init__(class_counts, **options)
        self.scale = float(scale)
        rarity = self.class_counts.to(torch.float64) ** -0.25
        self.register_buffer("margins", torch.zeros_like(self.class_counts))
        self.margins.copy_(margin * rarity / rarity.max())

    def adjust(self, samples: Samples) -> Tensor:
        logits, targets = samples.logits, samples.targets
        margin = self.margins.gather(0, targets)[:, None].to(logits.dtype)
        return self.scale * logits.scatter_add(1, targets[:, None], -margin)
