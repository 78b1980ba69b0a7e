"""LADE: balanced softmax with a term that disentangles the logits from the class sizes."""

from __future__ import annotations

import math
from typing import Unpack

import torch
from torch import Tensor

from .base import LossTerms, Samples
from .logit_adjusted import LogitAdjusted, log_prior
from .options import Options
from .over_ranks import Pending, after_sum, in_own_row
from .registry import LOSSES


class LADELoss(LogitAdjusted):
    """L = (1/n) Σ CE(z + log π, y) + α R, R = −Σ_c π_c (z̄_c − L_c − λ L_c²).

    z̄_c is the mean of z_c over the batch's samples of class c (0 if it has none), and
    L_c = log (1/n) Σ_i e^{z_{i,c}} / (C π_c) over the whole batch. z̄_c − L_c is the
    Donsker-Varadhan bound on the divergence of class c's logits from those of a balanced mixture;
    λ L_c² keeps its estimate stable. R belongs to the batch: it is added to every sample's
    ``cross_entropy``, whose weighted mean then has it once. In evaluation mode, where a batch is
    any set of samples, R is left out and the loss is `BalancedSoftmax`.

    Over several ranks R is that of the whole batch. Its gradient with respect to a rank's own
    logits is exact too; it is computed from sums over the ranks that are constants in the backward
    pass, so second derivatives are not available. Where the weights differ within a batch (Remix,
    ImbSAM), it takes the mean weight of the rank's own samples for that of all. A sample with a NaN
    logit is left out of R, and so is an ignored one; soft targets count in z̄_c by their shares.

    ``alpha`` α = 0.1 and ``penalty`` λ = 0.01 as in the authors' command for CIFAR-100-LT; α = 0 is
    balanced softmax. Hong et al. 2021, arXiv 2012.00321.

    >>> loss = LADELoss([1, 1], alpha=1.0, penalty=0.0)
    >>> z, y = torch.zeros(2, 2), torch.tensor([0, 1])
    >>> loss(z, y)  # log 2; the classes' mean logits and log-mean-exps are 0
    tensor(0.6931)
    """

    prior: Tensor
    balance: Tensor

    def __init__(
        self,
        class_counts: object,
        alpha: float = 0.1,
        penalty: float = 0.01,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["lade"].resolve({"alpha": alpha, "penalty": penalty})
        super().__init__(class_counts, tau=1.0, **options)
        self.alpha, self.penalty = float(alpha), float(penalty)
        prior = log_prior(self.class_counts)
        self.register_buffer("prior", torch.zeros_like(self.class_counts))
        self.register_buffer("balance", torch.zeros_like(self.class_counts))
        self.prior.copy_(prior.exp())
        self.balance.copy_(-prior - math.log(self.classes))

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms | Pending[LossTerms]:
        terms = self.weighed_by_class(loss, norm, samples)
        if not self.in_training_step or self.alpha == 0:
            return terms
        c, units, logits = self.classes, samples.total(terms.unit), samples.logits
        whole = (logits == logits).all(1, keepdim=True)
        if samples.ignored is not None:
            whole = whole & ~samples.ignored[:, None]
        own = samples.by_class(whole)
        of_class = (own * logits.masked_fill(~whole, 0.0)).sum(0)
        spread = torch.logsumexp((logits + self.balance).masked_fill(~whole, -math.inf), 0)
        held = spread.detach()
        mine = (own.sum(0), of_class.detach(), whole.sum()[None], units[None])

        def finish(sums: Tensor) -> LossTerms:
            """With the gradient that makes the mean over the ranks exact."""
            total = torch.logsumexp(sums[2 * c + 2 :].view(-1, c), 0)
            log_mean = total - sums[2 * c].log()
            present = sums[:c].clamp_min(1)
            value = log_mean + self.penalty * log_mean**2 - sums[c : 2 * c] / present
            slope = (1 + 2 * self.penalty * log_mean) * (held - total).exp()
            local = (self.prior * (slope * spread - of_class / present)).sum()
            share = sums[2 * c + 1] / units
            regulariser = (self.prior * value).sum() + share * (local - local.detach())
            return terms._replace(cross_entropy=loss + self.alpha * regulariser)

        # A logsumexp cannot be summed: each rank's own goes into a row of its own.
        parts = [*mine, in_own_row(held).flatten()]
        return after_sum(torch.cat([part.to(logits.dtype) for part in parts]), finish)
