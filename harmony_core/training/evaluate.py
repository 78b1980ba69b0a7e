"""What networks say of a set of inputs, and the figures of a test set made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .inputs import Inputs
from .networks import Ensemble

ECE_BINS = 15
FEW = 16
"""With at most so many classes probabilities are worked out class by class."""


def chunk(flat: bool, device: torch.device) -> int:
    """How many rows go through the networks at once.

    Few enough that all hidden layers stay in a CPU's cache; a GPU wants many, as its time goes
    into starting kernels.
    """
    if device.type == "cuda":
        return 65_536 if flat else 2_500
    return 1_024 if flat else 512


@torch.no_grad()
def forward(
    networks: Ensemble, inputs: Inputs, source: Tensor, methods: int
) -> tuple[Tensor, Tensor]:
    """Logits (m, n, c) and features (m, n, d) of all networks for all rows of ``source``."""
    logits, features = zip(*_parts(networks, inputs, source, methods), strict=True)
    return _joined(logits), _joined(features)


@torch.no_grad()
def logits_of(networks: Ensemble, inputs: Inputs, source: Tensor, methods: int) -> Tensor:
    """The logits (m, n, c) alone: features are large, and copying them together takes time."""
    return _joined([logits for logits, _ in _parts(networks, inputs, source, methods)])


def _parts(
    networks: Ensemble, inputs: Inputs, source: Tensor, methods: int
) -> Iterator[tuple[Tensor, Tensor]]:
    networks.eval()
    size = chunk(source.ndim == 2, source.device)
    for start in range(0, max(len(source), 1), size):  # no rows give no logits, of the right shape
        batch = inputs.finish(source[start : start + size])
        yield networks(batch.expand(methods, *batch.shape))
    networks.train()


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=1)


def most_likely(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The largest probability and its class, each (n,).

    With few classes a softmax along rows works on a handful of numbers at a time; along columns it
    fills a CPU's registers, and gives the same numbers.
    """
    if logits.shape[1] > FEW or logits.device.type != "cpu":
        return F.softmax(logits, dim=1).max(dim=1)
    return F.softmax(logits.T.contiguous(), dim=0).max(dim=0)


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
