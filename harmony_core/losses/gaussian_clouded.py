"""Gaussian clouded logits: noise on the logits, more on those of rare classes."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .drawn import DrawnNumbers
from .options import Options
from .registry import LOSSES
from .samples import ONE_LABEL


def clipped_normal(n: int, *, generator: torch.Generator) -> Tensor:
    """|ε| of ``n`` normal numbers ε with standard deviation ⅓, clipped to [−1, 1].

    >>> float(clipped_normal(10_000, generator=torch.Generator().manual_seed(0)).max())
    1.0
    """
    return (torch.randn(n, generator=generator) / 3).abs_().clamp_max_(1)


class GaussianClouded(Loss):
    """L = (1/n) Σ CE(s·(z − m e_y − ν |ε| k), y), k_c = log(N_max/N_c) / log(N_max/N_min).

    The logits z are cosines in [−1, 1] (`harmony_core.heads.CosineClassifier`), as for `LDAMLoss`.
    ε is drawn for every sample and class from a normal distribution with standard deviation ⅓,
    clipped to ±1. The cloud of a rare class is wide, so its samples are far from saturating the
    softmax and stay active for longer. In evaluation mode ε = 0. Predictions use argmax z, and
    probabilities softmax(s z). ``cloud`` (c,) is ν k; it is 0 if all classes have one size.

    ``noise`` ν = 0.5, ``margin`` m = 0 and ``scale`` s = 30 as in the authors' code for the first
    stage on CIFAR-LT, which also has the standard deviation; a second stage there retrains the last
    layer on balanced batches. The numbers are drawn from ``seed`` and the epoch, see
    `DrawnNumbers`. Li, Cheung and Lu 2022, arXiv 2305.11733.

    >>> GaussianClouded([100, 10, 1], noise=1.0).cloud
    tensor([0.0000, 0.5000, 1.0000])
    """

    head = "cosine"
    cloud: Tensor

    def __init__(
        self,
        class_counts: object,
        noise: float = 0.5,
        margin: float = 0.0,
        scale: float = 30.0,
        seed: int = 0,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["gcl"].resolve({"noise": noise, "margin": margin, "scale": scale, "seed": seed})
        if margin:
            self.refuses_soft = f"The margin m of GCL {ONE_LABEL}"
        super().__init__(class_counts, **options)
        self.margin, self.scale = float(margin), float(scale)
        above = self.class_counts.to(torch.float64).log()
        above = above.max() - above
        self.register_buffer("cloud", torch.zeros_like(self.class_counts))
        self.cloud.copy_(noise * above / above.max().clamp_min(torch.finfo(above.dtype).tiny))
        self.drawn = DrawnNumbers(clipped_normal, seed)

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Draw the epoch's numbers."""
        self.drawn.draw(epoch)

    def adjust(self, samples: Samples) -> Tensor:
        logits, targets = samples.logits, samples.targets
        if self.in_training_step:
            logits = logits - self.drawn.take(*logits.shape).to(logits.dtype) * self.cloud
        if self.margin:
            own = torch.full_like(targets, -self.margin, dtype=logits.dtype)[:, None]
            logits = logits.scatter_add(1, targets[:, None], own)
        return self.scale * logits
