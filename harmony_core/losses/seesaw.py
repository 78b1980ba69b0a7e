"""Seesaw loss: less pressure on rarer classes, more on classes that a sample is mistaken for."""

from __future__ import annotations

import math
from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .options import Options
from .registry import LOSSES
from .samples import ONE_LABEL

LEAST_PROBABILITY = 1e-2
"""p_y is raised to this in the compensation factor, as in the authors' code."""


class SeesawLoss(Loss):
    """L = (1/n) Σ CE(z + log S_y, y), S_{y,j} = min(1, N_j/N_y)^p · max(1, p_j/p_y)^q.

    Mitigation: a sample of class y presses less on the logits of rarer classes j. Compensation: it
    presses more on j if the plain softmax gives j more than y. S is held constant in the backward
    pass; S_{y,y} = 1.

    N are the training counts; the authors count the samples as they come, which ends at the same
    ratios. ``p`` = 0.8 and ``q`` = 2 as in the paper; p = q = 0 is cross-entropy. Without the
    paper's branch for objects against background, which detection needs. Wang et al. 2021, arXiv
    2008.10032.

    >>> SeesawLoss([4, 1], p=0.5)(torch.zeros(1, 2), torch.tensor([0])).exp()  # 1 + ¼^½
    tensor(1.5000)
    """

    refuses_soft = f"The seesaw {ONE_LABEL}"
    log_counts: Tensor

    def __init__(
        self, class_counts: object, p: float = 0.8, q: float = 2.0, **options: Unpack[Options]
    ) -> None:
        LOSSES["seesaw"].resolve({"p": p, "q": q})
        super().__init__(class_counts, **options)
        self.p, self.q = float(p), float(q)
        self.register_buffer("log_counts", torch.zeros_like(self.class_counts))
        self.log_counts.copy_(self.class_counts.to(torch.float64).log())

    def adjust(self, samples: Samples) -> Tensor:
        logits, own = samples.logits, samples.targets[:, None]
        rarer = (self.log_counts - self.log_counts[own]).clamp_max(0)
        log_p = torch.log_softmax(logits.detach(), 1)
        mistaken = log_p - log_p.gather(1, own).clamp_min(math.log(LEAST_PROBABILITY))
        return logits + self.p * rarer + self.q * mistaken.clamp_min(0)
