"""The area under the precision–recall curve of a test set, computed on its device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

FEW_SCORES = 2**18
"""Up to this many scores (samples × classes) take no more than a small part of an epoch."""
BLOCK = 2**21
"""Scores that are ranked at a time: sorting them takes some 40 bytes each."""


@torch.no_grad()
def macro_average_precision(logits: Tensor, targets: Tensor) -> Tensor:
    """AUPRC: the average precision of each class against the rest, as a mean over the classes.

    AP_c = Σ_k (R_k − R_{k−1}) P_k over the distinct scores log softmax(z)_c from the highest down,
    without interpolation. Classes without test samples do not count. ``logits`` (n, c), ``targets``
    (n,); a scalar in [0, 1], NaN where logits are not finite.

    >>> logits = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.5, 0.0]])
    >>> macro_average_precision(logits, torch.tensor([0, 0, 1, 1]))
    tensor(0.8333, dtype=torch.float64)
    """
    n, c = logits.shape
    scores = F.log_softmax(logits, dim=1)
    block = max(BLOCK // max(n, 1), 1)
    parts = [
        _average_precision(scores[:, start : start + block], targets, start)
        for start in range(0, c, block)
    ]
    average, positives = (torch.cat(part) for part in zip(*parts, strict=True))
    present = positives > 0
    mean = (average * present).sum() / present.sum()
    return torch.where(torch.isfinite(logits).all(), mean, torch.nan)


def _average_precision(scores: Tensor, targets: Tensor, first: int) -> tuple[Tensor, Tensor]:
    """The average precision and the test samples of the classes from ``first`` on, (k,) each.

    ``scores`` (n, k) are those of these classes.
    """
    n, k = scores.shape
    score, order = scores.T.sort(dim=1, descending=True)
    classes = torch.arange(first, first + k, device=scores.device)
    hit = targets[order] == classes[:, None]
    ends = torch.ones_like(hit)  # the last sample of each distinct score
    ends[:, :-1] = score[:, 1:] != score[:, :-1]
    place = torch.arange(n, device=scores.device)
    end = torch.where(ends, place, n - 1).flip(1).cummin(dim=1).values.flip(1)
    precision = hit.cumsum(1).gather(1, end).double() / (end + 1)
    positives = hit.sum(1)
    return (precision * hit).sum(1) / positives.clamp_min(1), positives
