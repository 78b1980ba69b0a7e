"""The pull of every class on the network while it trains, by `explain.pull`."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..explain.pull import class_pulls
from ..losses.base import Loss, LossTerms


def terms_and_pull(
    loss: Loss, logits: Tensor, targets: Tensor, features: Tensor, counts: Array
) -> tuple[LossTerms, Array]:
    """The loss's terms of samples in evaluation mode, and the pull (c,) of each class.

    ``logits`` (n, c) are of the network, before the loss's scale; ``counts`` (c,) are the training
    samples of each class. The pull is NaN for a class without a sample that is not learned.
    """
    if len(logits) == 0:
        return LossTerms(*logits.new_zeros(5, 0)), np.full(len(counts), np.nan)
    loss.eval()
    with torch.enable_grad():
        raw = logits.detach().requires_grad_()
        terms = loss.terms(raw, targets, features)
        (gradient,) = torch.autograd.grad((terms.cross_entropy * terms.weight).sum(), raw)
    loss.train()
    terms = LossTerms(*(term.detach() for term in terms))
    own = gradient.abs().sum(1) / loss.scale
    p = (logits * loss.scale).softmax(1)
    p.scatter_(1, targets[:, None], 0)
    plain = 2 * p.sum(1)  # of p − y, without the cancellation of 1 − p_y
    pull, _ = class_pulls(
        _numbers(own), _numbers(plain), _numbers(terms.unit), targets.cpu().numpy(), counts
    )
    return terms, pull


def _numbers(values: Tensor) -> Array:
    return values.double().cpu().numpy()
