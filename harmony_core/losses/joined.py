"""The terms of losses, of one or of several at once, and what they sum over the ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .loss_terms import LossTerms
from .over_ranks import Pending, distributed, sum_together, world
from .samples import Samples, gradient_norm, sample_cross_entropy

if TYPE_CHECKING:
    from .base import Loss


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

    >>> from harmony_core.losses.base import Loss
    >>> z, y, h = torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, 3, 5)
    >>> terms, _ = joint_terms([Loss([1] * 4), Loss([2] * 4)], z, y, h)
    >>> [len(part.weight) for part in terms]
    [3, 3]
    """
    own = [
        Samples(loss.check(z, y), y, h if loss.needs_features else None)
        for loss, z, y, h in zip(losses, logits, targets, features, strict=True)
    ]
    if not distributed():
        return measure(losses, own)[0], None
    if units is None:
        units = units_of(losses, targets)
    terms, units = measure(losses, own, units)
    return terms, torch.stack(units) / world()[1]


def reduce_all(terms: Sequence[LossTerms], denominators: Tensor | None = None) -> Tensor:
    """`Loss.reduce` of the terms of m losses (m,), with `joint_terms`' ``denominators``.

    >>> from harmony_core.losses.base import Loss
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


def measure(
    losses: Sequence[Loss], given: Sequence[Samples], units: Sequence[Tensor] = ()
) -> tuple[list[LossTerms], list[Tensor]]:
    """The terms of each loss, and each of ``units`` summed over the ranks by the same collective.

    Losses that wait for a sum go on after it; most need one, and then all share it.

    >>> from harmony_core.losses.base import Loss
    >>> samples = Samples(torch.zeros(2, 3), torch.tensor([0, 1]))
    >>> (terms,), _ = measure([Loss([1, 1, 1])], [samples])
    >>> terms.weight
    tensor([1., 1.])
    """
    found: list[Tensor | LossTerms | Pending[Tensor] | Pending[LossTerms]] = [
        loss.adjust(samples) for loss, samples in zip(losses, given, strict=True)
    ]
    sums: list[Tensor] | None = None if units else []
    while True:
        ready = {i: part for i, part in enumerate(found) if isinstance(part, Tensor)}
        judged = _judge([*ready.values()], [given[i] for i in ready])
        for i, (own, norm) in zip(ready, judged, strict=True):
            found[i] = losses[i].weigh(own, norm, given[i])
        waiting = {i: part for i, part in enumerate(found) if isinstance(part, Pending)}
        if not waiting and sums is not None:
            terms = [part for part in found if isinstance(part, LossTerms)]
            return [one.merged(part) for one, part in zip(given, terms, strict=True)], sums
        counts = [part.counts for part in waiting.values()]
        totals = sum_together([*counts, *(units if sums is None else ())])
        for (i, part), total in zip(waiting.items(), totals, strict=False):
            found[i] = part.finish(total)
        sums = totals[len(counts) :] if sums is None else sums


def _judge(adjusted: Sequence[Tensor], given: Sequence[Samples]) -> list[tuple[Tensor, Tensor]]:
    """Cross-entropy and gradient norm of the labels of m losses, computed as one loss if m > 1."""
    if len(adjusted) < 2:
        return [samples.judged(z) for z, samples in zip(adjusted, given, strict=True)]
    targets = [samples.targets for samples in given]
    joint = sample_cross_entropy(torch.cat(list(adjusted)), torch.cat(targets))
    joint = joint.view(len(adjusted), -1)
    return list(zip(joint.unbind(), gradient_norm(joint).unbind(), strict=True))


def units_of(losses: Sequence[Loss], targets: Sequence[Tensor] | Tensor) -> list[Tensor]:
    """This rank's part of each loss's denominator, for targets (n,).

    >>> from harmony_core.losses.base import Loss
    >>> units_of([Loss([1, 1])], [torch.tensor([0, 1, 1])])
    [tensor(3.)]
    """
    pairs = zip(losses, targets, strict=True)
    return [loss.unit(own, loss.class_weight.dtype).sum() for loss, own in pairs]
