"""Label-aware smoothing: the labels of large classes are smoothed more."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, LossTerms, Samples
from .options import Options
from .registry import LOSSES


def smoothing_by_size(class_counts: Tensor, head: float, tail: float) -> Tensor:
    """ε_c = ε_t + (ε_h − ε_t) sin(π (N_c − N_min) / (2 (N_max − N_min))); float64 (c,).

    The concave form of the paper. Classes of equal size all get ε_t.

    >>> smoothing_by_size(torch.tensor([9, 5, 1]), 0.4, 0.0)
    tensor([0.4000, 0.2828, 0.0000], dtype=torch.float64)
    """
    counts = class_counts.to(torch.float64)
    above = counts - counts.min()
    place = above / above.max().clamp_min(1)
    return tail + (head - tail) * torch.sin(place * torch.pi / 2)


class LabelAwareSmoothing(Loss):
    """L = (1/n) Σ −(1 − ε_y) log p_y − (ε_y / C) Σ_c log p_c, with ε_c from `smoothing_by_size`.

    Equal to CE + ε_y (z_y − mean z), which is how it is computed: ``cross_entropy`` of the terms
    holds the sum. Their gradient norm stays 1 − p_y, the difficulty of the label; the gradient by
    z_y is p_y − 1 + ε_y (1 − 1/C). ``smoothing`` (c,) is ε.

    Soft targets mix the losses of the labels, each smoothed by its own ε.

    ``smooth_head`` ε_h = 0.3 and ``smooth_tail`` ε_t = 0 as in the authors' code for CIFAR-10-LT;
    ε = 0 is cross-entropy. MiSLAS uses the loss in a second stage that retrains the last layer;
    here it trains the whole network. Zhong et al. 2021, arXiv 2104.00466.

    >>> loss = LabelAwareSmoothing([9, 1], smooth_head=0.5)
    >>> z, y = torch.tensor([[1.0, 0.0]]), torch.tensor([0])
    >>> loss(z, y) - torch.nn.functional.cross_entropy(z, y)  # ½ (1 − ½)
    tensor(0.2500)
    """

    smoothing: Tensor

    def __init__(
        self,
        class_counts: object,
        smooth_head: float = 0.3,
        smooth_tail: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["label_aware_smoothing"].resolve(
            {"smooth_head": smooth_head, "smooth_tail": smooth_tail}
        )
        super().__init__(class_counts, **options)
        self.register_buffer("smoothing", torch.zeros_like(self.class_counts))
        self.smoothing.copy_(smoothing_by_size(self.class_counts, smooth_head, smooth_tail))

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms:
        terms = self.weighed_by_class(loss, norm, samples)
        above = samples.own(samples.logits) - samples.alike(samples.logits.mean(1))
        smoothing = samples.each(self.smoothing).to(loss.dtype)
        return terms._replace(cross_entropy=loss + smoothing * above)
