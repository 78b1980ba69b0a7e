"""The contract every loss keeps.

Conventions, for all files of this folder: n samples of a batch, c classes, u unit regions of a
gradient density, d features. ``logits`` (n, c) are floating point and plain (before any margin);
``targets`` (n,) are int64 in [0, c); the gradient norm g = 1 − p_y is in [0, 1]. Weights and
gradient norms are constants for the backward pass. Arithmetic is done in float32 or wider, also
under autocast. Nothing here moves data to the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import DataError


class LossTerms(NamedTuple):
    """What a loss says of each sample; `Loss.reduce` alone makes a scalar of it.

    The loss is Σ weight · cross_entropy / Σ unit.
    """

    cross_entropy: Tensor
    """(n,) per-sample loss before weighting, with gradient."""
    weight: Tensor
    """(n,) non-negative, detached: everything that multiplies the sample."""
    grad_norm: Tensor
    """(n,) in [0, 1], detached: 1 − p_y under the probabilities this loss trains on."""
    unit: Tensor
    """(n,) detached: what the sample adds to the denominator; 1, or its static class weight."""


class DensityState(NamedTuple):
    """What a loss with a gradient density remembers, for views to draw.

    A loss that keeps one density for all classes repeats it in every row.
    """

    counts: Tensor
    """(c, u) decayed counts A_c; 0 beyond a class's last region."""
    regions: Tensor
    """(c,) int64, number of unit regions M_c."""
    weights: Tensor
    """(c, u) weight the density gives in each region now; 0 beyond a class's last region."""


def sample_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """−log softmax(z)_y of each sample (n,), with gradient."""
    return F.cross_entropy(logits, targets, reduction="none")


def gradient_norm(cross_entropy: Tensor) -> Tensor:
    """g = 1 − p_y = ½‖∂CE/∂z‖₁ of each sample, in [0, 1], detached.

    From −expm1(−CE), which keeps its precision where p_y is close to 1; NaN stays NaN.
    """
    return torch.expm1(-cross_entropy.detach()).neg_().clamp_(0, 1)


class Loss(nn.Module):
    """Base of all losses: a weighted cross-entropy of adjusted logits.

    A loss says what it does to the logits (`adjust`) and how it weighs the samples (`weigh`). What
    is between, and the reduction, is the same for all, so that several losses can share it
    (`joint_terms`, `reduce_all`).

    ``class_weight`` (c,) is a static weight per class, 1 unless deferral sets it; it multiplies the
    sample's weight and its share of the denominator, as ``weight`` does in `F.cross_entropy`. So
    where a loss's formula has (1/n) Σ …, deferral makes it Σ v_y … / Σ v_y.

    ``scale`` is what the plain logits are multiplied by before a softmax makes probabilities of
    them: 1, except for a loss on cosines.
    """

    needs_features = False
    scale: float = 1.0
    class_counts: Tensor
    class_weight: Tensor

    def __init__(self, class_counts: object) -> None:
        super().__init__()
        counts = _counts(class_counts)
        self.register_buffer("class_counts", counts.to(torch.float32))
        self.register_buffer("class_weight", torch.ones(len(counts)))

    @property
    def classes(self) -> int:
        return self.class_counts.shape[0]

    def forward(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> Tensor:
        """The scalar loss of a batch; in training mode a density, if any, is updated first."""
        return self.reduce(self.terms(logits, targets, features))

    @final
    def terms(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> LossTerms:
        """The per-sample terms; ``features`` (n, d) only for losses with ``needs_features``."""
        z = self.adjust(self.check(logits, targets), targets)
        loss = sample_cross_entropy(z, targets)
        return self.weigh(loss, gradient_norm(loss), targets, features)

    def adjust(self, logits: Tensor, targets: Tensor) -> Tensor:
        """z̃, the logits the loss trains on (n, c); the plain ones unless a loss moves them."""
        return logits

    def weigh(
        self, loss: Tensor, norm: Tensor, targets: Tensor, features: Tensor | None
    ) -> LossTerms:
        """The terms, given the cross-entropy of z̃ and its gradient norm, both (n,).

        Every sample weighs as its class does unless a loss says otherwise. In training mode a
        density, if any, is updated first.
        """
        unit = self.class_weight.gather(0, targets).to(loss.dtype)
        return LossTerms(loss, unit, norm, unit)

    def inter_weight(self) -> Tensor:
        """(c,) the part of a sample's weight that its class alone decides; 1 where none does.

        What is left of the weight, `LossTerms.weight` divided by it, is by the sample's difficulty.
        """
        return self.class_weight

    def density_state(self) -> DensityState | None:
        """The gradient density and its weights, or ``None`` for a loss that keeps none."""
        return None

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Tell the loss that 0-based ``epoch`` of ``epochs`` begins, for losses with a schedule.

        Where ``epochs`` is told, a schedule that is long for so short a training is cut to fit.
        """

    def set_class_weight(self, weight: Tensor) -> None:
        """Replace the static class weights (c,) in place, as deferred re-weighting does."""
        self.class_weight.copy_(weight)

    @final
    def reduce(self, terms: LossTerms) -> Tensor:
        """Σ weight · cross_entropy / Σ unit, the denominator averaged over distributed ranks."""
        denominator = mean_over_ranks(terms.unit.sum())
        return (terms.weight * terms.cross_entropy).sum() / denominator

    def check(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Raise `DataError` on wrong shapes or dtypes; return logits in float32 or wider.

        Values of targets are not read back from the device; one outside [0, c) fails in PyTorch.
        """
        if logits.ndim != 2 or logits.shape[1] != self.classes or not logits.is_floating_point():
            raise DataError(
                f"Expected logits to be floating point of shape (n, {self.classes}), "
                f"but got {logits.dtype} of shape {tuple(logits.shape)}."
            )
        if targets.shape != logits.shape[:1] or targets.dtype != torch.int64:
            raise DataError(
                f"Expected targets to be int64 of shape ({len(logits)},), "
                f"but got {targets.dtype} of shape {tuple(targets.shape)}."
            )
        if len(logits) == 0:
            raise DataError("Expected at least 1 sample in the batch, but got 0.")
        return logits if logits.dtype == torch.float64 else logits.float()


def joint_terms(
    losses: Sequence[Loss], logits: Tensor, targets: Tensor, features: Tensor
) -> list[LossTerms]:
    """The terms of m losses on their own logits (m, n, c), targets (m, n), features (m, n, d).

    As ``loss.terms`` of each, with one cross-entropy for all: a loss of few samples and classes
    takes as long as its operations are many.
    """
    m, n = targets.shape
    parts = zip(losses, logits.unbind(), targets.unbind(), strict=True)
    adjusted = torch.stack([loss.adjust(loss.check(z, y), y) for loss, z, y in parts])
    entropy = sample_cross_entropy(adjusted.flatten(0, 1), targets.flatten()).view(m, n)
    norms = gradient_norm(entropy)
    return [
        loss.weigh(entropy_i, norms[i], targets[i], features[i] if loss.needs_features else None)
        for i, (loss, entropy_i) in enumerate(zip(losses, entropy.unbind(), strict=True))
    ]


def reduce_all(terms: Sequence[LossTerms]) -> Tensor:
    """`Loss.reduce` of each loss's terms (m,), with one sum over the ranks for all."""
    denominator = mean_over_ranks(torch.stack([part.unit for part in terms]).sum(1))
    weight = torch.stack([part.weight for part in terms])
    return (weight * torch.stack([part.cross_entropy for part in terms])).sum(1) / denominator


def _counts(values: object) -> Tensor:
    """Class counts of any kind as float64 (c,) on the CPU, or `DataError`."""
    try:
        counts = torch.as_tensor(values).detach().cpu()
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise DataError(
            f"Expected class_counts to be one number for each class, but got {values!r:.80}."
        ) from error
    if counts.ndim != 1 or len(counts) < 1 or counts.is_complex() or counts.dtype == torch.bool:
        raise DataError(
            "Expected class_counts to be one number for each class, "
            f"but got {counts.dtype} of shape {tuple(counts.shape)}."
        )
    counts = counts.to(torch.float64)
    if not bool((counts >= 1).all()) or not bool(torch.isfinite(counts.float()).all()):
        raise DataError(
            "Expected every class count to be finite and at least 1, "
            f"but got {counts[:10].tolist()}. Remove empty classes first."
        )
    return counts


def distributed() -> bool:
    """Whether several ranks train together, so that counts have to be summed over them."""
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def sum_over_ranks(value: Tensor) -> Tensor:
    """The sum of a detached tensor over all ranks (itself where there is only one)."""
    if distributed() and torch.distributed.get_world_size() > 1:
        value = value.clone()
        torch.distributed.all_reduce(value)
    return value


def mean_over_ranks(value: Tensor) -> Tensor:
    """The mean of a detached tensor over all ranks (itself where there is only one)."""
    if distributed() and torch.distributed.get_world_size() > 1:
        return sum_over_ranks(value) / torch.distributed.get_world_size()
    return value
