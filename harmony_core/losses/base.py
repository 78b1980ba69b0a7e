"""The base class of all losses, and what they share.

Conventions for all files of this folder: n samples of a batch, c classes, u unit regions of a
gradient density, d features, m losses. ``logits`` (n, c) are floating point and plain (before any
margin); ``targets`` (n,) are int64 in [0, c); the gradient norm g = 1 − p_y is in [0, 1]. Weights
and gradient norms are constants in the backward pass. Arithmetic is in float32 or wider, under
autocast too. Nothing here copies data to the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import DataError
from .over_ranks import Pending, distributed, sum_together, world


class LossTerms(NamedTuple):
    """The terms of a loss for each sample: the loss is Σ weight · cross_entropy / Σ unit.

    `Loss.reduce` is the only place that reduces them to a scalar.
    """

    cross_entropy: Tensor
    """(n,) loss of each sample before weighting, with gradient: the cross-entropy of z̃ and what
    the loss adds to it."""
    weight: Tensor
    """(n,) non-negative, detached: everything that multiplies the sample."""
    grad_norm: Tensor
    """(n,) in [0, 1], detached: 1 − p_y under the probabilities this loss trains on."""
    unit: Tensor
    """(n,) detached: what the sample adds to the denominator, `Loss.unit_weight` of its class."""
    difficulty: Tensor
    """(n,) in [0, 1], detached: what the loss judges the sample by, in general ``grad_norm``."""


class DensityState(NamedTuple):
    """The state of a gradient density, to be drawn.

    A loss that keeps one density for all classes repeats it in every row.
    """

    counts: Tensor
    """(c, u) decayed counts A_c; 0 beyond a class's last region."""
    regions: Tensor
    """(c,) int64, number of unit regions M_c."""
    weights: Tensor
    """(c, u) current weight in each region; 0 beyond a class's last region."""


def sample_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """−log softmax(z)_y of each sample (n,), with gradient.

    >>> sample_cross_entropy(torch.zeros(1, 2), torch.tensor([0]))  # log 2
    tensor([0.6931])
    """
    return F.cross_entropy(logits, targets, reduction="none")


def gradient_norm(cross_entropy: Tensor) -> Tensor:
    """g = 1 − p_y = ½‖∂CE/∂z‖₁ of each sample, in [0, 1], detached.

    Computed as −expm1(−CE), which stays precise when p_y is close to 1; NaN stays NaN.

    >>> gradient_norm(torch.tensor([0.0, 0.6931]))
    tensor([0.0000, 0.5000])
    """
    return torch.expm1(-cross_entropy.detach()).neg_().clamp_(0, 1)


class Loss(nn.Module):
    """Base of all losses: a weighted cross-entropy of adjusted logits.

    A loss overrides `adjust`, which moves the logits, and `weigh`, which weighs the samples. The
    steps in between and the reduction are common to all losses, so that several losses can share
    them (`joint_terms`, `reduce_all`). Either may wait for counts of all ranks (`after_sum`). Over
    several ranks the loss is that of the whole batch, with one collective; a rank may be without
    samples, and its loss is then 0.

    ``class_weight`` (c,) is a static weight per class, 1 unless deferral sets it. It multiplies the
    sample's weight and its share of the denominator, as ``weight`` does in `F.cross_entropy`: a
    formula with (1/n) Σ … becomes Σ v_y … / Σ v_y under deferral.

    ``scale`` multiplies the plain logits before the softmax that gives probabilities: 1, except for
    a loss on cosines.

    >>> loss = Loss([3, 1])
    >>> loss.terms(torch.zeros(2, 2), torch.tensor([0, 1])).weight
    tensor([1., 1.])
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
        """The number of classes c."""
        return self.class_counts.shape[0]

    def forward(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> Tensor:
        """The scalar loss of a batch; in training mode a density, if any, is updated first."""
        units = _units([self], [targets]) if distributed() else []
        terms, units = _measured([self], [logits], [targets], [features], units)
        return self.reduce(terms[0], units[0] / world()[1] if units else None)

    @final
    def terms(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> LossTerms:
        """The terms of each sample; ``features`` (n, d) only if the loss ``needs_features``."""
        return _measured([self], [logits], [targets], [features])[0][0]

    def adjust(self, logits: Tensor, targets: Tensor) -> Tensor | Pending[Tensor]:
        """z̃ (n, c), the logits the loss trains on; by default the plain ones."""
        return logits

    def weigh(
        self,
        loss: Tensor,
        norm: Tensor,
        logits: Tensor,
        targets: Tensor,
        features: Tensor | None,
    ) -> LossTerms | Pending[LossTerms]:
        """The terms, from the cross-entropy of z̃ and its gradient norm, both (n,).

        ``logits`` are the plain ones. By default a sample's weight is that of its class. In
        training mode a density, if any, is updated first.
        """
        return self.weighed_by_class(loss, norm, targets)

    @final
    def weighed_by_class(self, loss: Tensor, norm: Tensor, targets: Tensor) -> LossTerms:
        """The terms of samples that weigh as much as they add to the denominator."""
        unit = self.unit(targets, loss.dtype)
        return LossTerms(loss, unit, norm, unit, norm)

    def unit_weight(self) -> Tensor:
        """(c,) what a sample of each class adds to the denominator, whatever its logits."""
        return self.class_weight

    @final
    def unit(self, targets: Tensor, dtype: torch.dtype) -> Tensor:
        """(n,) `unit_weight` of each sample's class."""
        return self.unit_weight().gather(0, targets).to(dtype)

    def inter_weight(self) -> Tensor:
        """(c,) the factor of a sample's weight that depends on its class only.

        The other factor, `LossTerms.weight` divided by this one, depends on the difficulty.
        """
        return self.class_weight

    def density_state(self) -> DensityState | None:
        """The gradient density and its weights, or ``None`` for a loss without one."""
        return None

    def learned_offset(self) -> Tensor | None:
        """(c,) what is added to the logits, if training changes it; else ``None``.

        An offset that follows from the class counts and the settings is not learned.
        """
        return None

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Start 0-based ``epoch``: schedules turn weights on or off, random numbers are drawn.

        If ``epochs`` is given, the schedule is shortened to fit a training of that length.
        """

    def set_class_weight(self, weight: Tensor) -> None:
        """Replace the static class weights (c,) in place, as deferred re-weighting does."""
        self.class_weight.copy_(weight)

    @final
    def reduce(self, terms: LossTerms, denominator: Tensor | None = None) -> Tensor:
        """Σ weight · cross_entropy / Σ unit, the denominator averaged over distributed ranks.

        Where ``denominator`` is not given, it is summed over the ranks here.
        """
        if denominator is None:
            denominator = sum_together([terms.unit.sum()])[0] / world()[1]
        return (terms.weight * terms.cross_entropy).sum() / denominator.to(terms.unit.dtype)

    def check(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Raise `DataError` on wrong shapes or dtypes; return the logits in float32 or wider.

        The values of the targets are not copied to the host; one outside [0, c) fails in PyTorch.
        A batch may be empty on one of several ranks only.
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
        if len(logits) == 0 and not distributed():
            raise DataError("Expected at least 1 sample in the batch, but got 0.")
        return logits if logits.dtype == torch.float64 else logits.float()


def joint_terms(
    losses: Sequence[Loss],
    logits: Tensor,
    targets: Tensor,
    features: Tensor,
    units: Sequence[Tensor] | None = None,
) -> tuple[list[LossTerms], Tensor | None]:
    """The terms of m losses, each on its own logits (m, n, c), targets (m, n), features (m, n, d).

    The same as ``loss.terms`` of each, with a single cross-entropy for all: on few samples and
    classes the number of operations decides how long a loss takes. Over several ranks also the
    denominators (m,) for `reduce_all`, from the same collective; ``units`` are this rank's parts of
    them, if they are not the sums over ``targets``. On a single rank the denominators are None.

    >>> z, y, h = torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, 3, 5)
    >>> terms, _ = joint_terms([Loss([1] * 4), Loss([2] * 4)], z, y, h)
    >>> [len(part.weight) for part in terms]
    [3, 3]
    """
    own = [h if loss.needs_features else None for loss, h in zip(losses, features, strict=True)]
    if not distributed():
        return _measured(losses, logits.unbind(), targets.unbind(), own)[0], None
    if units is None:
        units = _units(losses, targets)
    terms, units = _measured(losses, logits.unbind(), targets.unbind(), own, units)
    return terms, torch.stack(units) / world()[1]


def reduce_all(terms: Sequence[LossTerms], denominators: Tensor | None = None) -> Tensor:
    """`Loss.reduce` of the terms of m losses (m,), with `joint_terms`' ``denominators``.

    >>> terms = Loss([3, 1]).terms(torch.zeros(2, 2), torch.tensor([0, 1]))
    >>> reduce_all([terms, terms])
    tensor([0.6931, 0.6931])
    """
    if denominators is None:
        units = torch.stack([part.unit for part in terms]).sum(1)
        denominators = sum_together([units])[0] / world()[1]
    weight = torch.stack([part.weight for part in terms])
    entropy = torch.stack([part.cross_entropy for part in terms])
    return (weight * entropy).sum(1) / denominators.to(weight.dtype)


def _measured(
    losses: Sequence[Loss],
    logits: Sequence[Tensor],
    targets: Sequence[Tensor],
    features: Sequence[Tensor | None],
    units: Sequence[Tensor] = (),
) -> tuple[list[LossTerms], list[Tensor]]:
    """The terms of each loss, and each of ``units`` summed over the ranks by the same collective.

    Losses that wait for a sum go on after it; most need one, and then all share it.
    """
    plain = [loss.check(z, y) for loss, z, y in zip(losses, logits, targets, strict=True)]
    found: list[Tensor | LossTerms | Pending[Tensor] | Pending[LossTerms]] = [
        loss.adjust(z, y) for loss, z, y in zip(losses, plain, targets, strict=True)
    ]
    sums: list[Tensor] | None = None if units else []
    while True:
        ready = {i: part for i, part in enumerate(found) if isinstance(part, Tensor)}
        judged = _judge([*ready.values()], [targets[i] for i in ready])
        for i, (own, norm) in zip(ready, judged, strict=True):
            found[i] = losses[i].weigh(own, norm, plain[i], targets[i], features[i])
        waiting = {i: part for i, part in enumerate(found) if isinstance(part, Pending)}
        if not waiting and sums is not None:
            return [part for part in found if isinstance(part, LossTerms)], sums
        counts = [part.counts for part in waiting.values()]
        totals = sum_together([*counts, *(units if sums is None else ())])
        for (i, part), total in zip(waiting.items(), totals, strict=False):
            found[i] = part.finish(total)
        sums = totals[len(counts) :] if sums is None else sums


def _judge(adjusted: Sequence[Tensor], targets: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Cross-entropy and gradient norm (n,) of m losses, computed as one loss on m n samples."""
    if len(adjusted) < 2:
        alone = [sample_cross_entropy(z, y) for z, y in zip(adjusted, targets, strict=True)]
        return [(entropy, gradient_norm(entropy)) for entropy in alone]
    joint = sample_cross_entropy(torch.cat(list(adjusted)), torch.cat(list(targets)))
    joint = joint.view(len(adjusted), -1)
    return list(zip(joint.unbind(), gradient_norm(joint).unbind(), strict=True))


def _units(losses: Sequence[Loss], targets: Sequence[Tensor] | Tensor) -> list[Tensor]:
    """This rank's part of each loss's denominator."""
    pairs = zip(losses, targets, strict=True)
    return [loss.unit(own, loss.class_weight.dtype).sum() for loss, own in pairs]


def _counts(values: object) -> Tensor:
    """Class counts from any sequence of numbers, as float64 (c,) on the CPU."""
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
