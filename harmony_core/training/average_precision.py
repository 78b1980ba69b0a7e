"""The area under the precision–recall curve of a test set, computed on its device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

FEW_SCORES = 2**18
"""Up to this many scores (samples × classes) take no more than a small part of an epoch."""


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
    score, order = F.log_softmax(logits, dim=1).T.sort(dim=1, descending=True)
    hit = targets[order] == torch.arange(c, device=logits.device)[:, None]
    ends = torch.ones_like(hit)  # the last sample of each distinct score
    ends[:, :-1] = score[:, 1:] != score[:, :-1]
    place = torch.arange(n, device=logits.device)
    end = torch.where(ends, place, n - 1).flip(1).cummin(dim=1).values.flip(1)
    precision = hit.cumsum(1).gather(1, end).double() / (end + 1)
    positives = hit.sum(1)
    average = (precision * hit).sum(1) / positives.clamp_min(1)
    present = positives > 0
    mean = (average * present).sum() / present.sum()
    return torch.where(torch.isfinite(logits).all(), mean, torch.nan)
