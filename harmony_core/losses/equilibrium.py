"""Equilibrium loss of LOCE: the boundary moves by how well each class is recognised so far."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from .base import Loss, Samples
from .options import Options
from .over_ranks import Pending, after_sum
from .registry import LOSSES

FIRST_SCORE = 0.01
"""Mean score of every class before training, as in the authors' code."""
LEAST_SCORE = 1e-6
"""Smaller mean scores are raised to this one, so that their logarithm is finite."""


class EquilibriumLoss(Loss):
    """L = (1/n) Σ CE(z + log s̄, y); s̄_c is the mean score of class c on its own samples.

    s̄_c ← μ^{n_c} s̄_c + (1 − μ^{n_c}) · mean of p_c over the batch's n_c samples of class c, with p
    from the plain softmax; a class that is not in the batch keeps its s̄. A class that is recognised
    badly gets a handicap in training and wins more often without it, whatever its size. s̄ is
    updated in a training step, before the batch's loss; it is held constant in the backward pass,
    and summed over ranks. A score that is NaN is not counted; a soft target counts for each class
    by its share. ``scores`` (c,) is s̄.

    ``momentum`` μ = 0.9 and s̄ = 0.01 at the start, as in the authors' code. LOCE applies the loss
    to fine-tune a trained detector, and resamples stored features as well; here the loss trains the
    whole network, alone. Feng, Zhong and Huang 2021, arXiv 2108.07507.

    >>> loss = EquilibriumLoss([3, 1], momentum=0.0)
    >>> terms = loss.terms(torch.tensor([[1.0986, 0.0], [0.0, 0.0]]), torch.tensor([0, 1]))
    >>> loss.scores, terms.grad_norm  # 1 − 9/11 and 1 − 2/5
    (tensor([0.7500, 0.5000]), tensor([0.1818, 0.6000]))
    """

    scores: Tensor

    def __init__(
        self, class_counts: object, momentum: float = 0.9, **options: Unpack[Options]
    ) -> None:
        LOSSES["loce"].resolve({"momentum": momentum})
        super().__init__(class_counts, **options)
        self.momentum = float(momentum)
        self.register_buffer("scores", torch.full_like(self.class_counts, FIRST_SCORE))

    def learned_offset(self) -> Tensor:
        return self.scores.clamp_min(LEAST_SCORE).log()

    def adjust(self, samples: Samples) -> Tensor | Pending[Tensor]:
        logits = samples.logits

        def finish(sums: Tensor) -> Tensor:
            self._observe(sums)
            return logits + self.learned_offset()

        if not self.in_training_step:
            return logits + self.learned_offset()
        return after_sum(self._counts(samples), finish)

    @torch.no_grad()
    def _counts(self, samples: Samples) -> Tensor:
        """(2, c) the batch's samples of each class, and the sum of their scores."""
        targets = samples.targets.reshape(-1)
        score = samples.own(torch.softmax(samples.logits.detach(), 1)).reshape(-1)
        score = score.to(self.scores.dtype)
        counted = score == score
        sums = self.scores.new_zeros(2, self.classes)
        number, score = counted.to(sums.dtype), score.masked_fill(~counted, 0.0)
        shares = samples.shares(sums.dtype)
        if shares is not None:
            number, score = number * shares.reshape(-1), score * shares.reshape(-1)
        sums[0].scatter_add_(0, targets, number)
        sums[1].scatter_add_(0, targets, score)
        return sums

    @torch.no_grad()
    def _observe(self, sums: Tensor) -> None:
        """Update s̄, in place."""
        seen, total = sums.unbind()
        kept = self.momentum**seen
        self.scores.copy_(kept * self.scores + (1 - kept) * total / seen.clamp_min(1))
