"""What networks say of a set of inputs, and the figures of a test set made from it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .inputs import Inputs
from .networks import Ensemble

CHUNK = 4096
ECE_BINS = 15


@torch.no_grad()
def forward(
    networks: Ensemble, inputs: Inputs, source: Tensor, methods: int
) -> tuple[Tensor, Tensor]:
    """Logits (m, n, c) and features (m, n, d) of all networks for all rows of ``source``."""
    networks.eval()
    size = CHUNK if source.ndim == 2 else 512
    parts = []
    for start in range(0, len(source), size):
        batch = inputs.finish(source[start : start + size])
        parts.append(networks(batch.expand(methods, *batch.shape)))
    networks.train()
    logits, features = zip(*parts, strict=True)
    return torch.cat(logits, dim=1), torch.cat(features, dim=1)


@dataclass(frozen=True)
class TestFigures:
    """Figures of one method on the test set."""

    __test__ = False

    confusion: Tensor
    loss: Tensor
    ece: Tensor


def judge(logits: Tensor, targets: Tensor) -> TestFigures:
    """Confusion counts (c, c), mean cross-entropy, and expected calibration error.

    ECE = Σ_k |accuracy_k − confidence_k| · n_k / n over 15 equal bins of the confidence
    (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599).
    """
    classes = logits.shape[1]
    confidence, predicted = F.softmax(logits, dim=1).max(dim=1)
    confusion = torch.bincount(targets * classes + predicted, minlength=classes**2)
    right = (predicted == targets).double()
    bins = (confidence * ECE_BINS).long().clamp_(0, ECE_BINS - 1)
    gap = torch.zeros(ECE_BINS, dtype=torch.float64, device=logits.device)
    gap.index_add_(0, bins, right - confidence.double())
    return TestFigures(
        confusion.view(classes, classes),
        F.cross_entropy(logits, targets),
        gap.abs().sum() / len(targets),
    )
