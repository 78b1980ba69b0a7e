"""The forward and backward pass of one step, for all networks or a group of them.

A method that mixes samples minimises Σ [λ w_a CE_a + (1 − λ) w_b CE_b] / Σ [λ u_a + (1 − λ) u_b],
with the terms of both labels a and b of every sample: λ L(z, y_a) + (1 − λ) L(z, y_b) if λ is the
same for the batch. A gradient density counts a mixed sample once, under its own label a, and reads
the weight under b; the recorded weight and gradient norm are those under a, without λ.

Over several ranks the counts and denominators of all methods are summed in one collective. A rank
without samples takes part in it, and its gradients are 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..losses.base import Loss, LossTerms, joint_terms, reduce_all
from ..losses.over_ranks import distributed
from .batch import Batch
from .networks import Forward
from .sharpness import TailSharpness, find_directions


def backward(
    forward: Forward,
    losses: Sequence[Loss],
    parameters: Sequence[Tensor],
    batch: Batch,
    sharpness: Sequence[TailSharpness] = (),
) -> tuple[list[LossTerms], Tensor]:
    """Write the gradients into ``parameters``; returns the losses' terms and scalars (m,).

    The terms are those of ``batch.targets``, and all are of the weights before a sharpness-aware
    step moves them.
    """
    logits, features = forward(batch.inputs)
    units = _units(losses, batch) if distributed() else None
    terms, denominators = joint_terms(losses, logits, batch.targets, features, units)
    for parameter in parameters:
        parameter.grad = None
    if sharpness:
        return terms, _sharpness_aware(
            losses, batch, logits, features, terms, denominators, sharpness
        )
    if batch.mixing:
        parts = [
            _minimised(loss, i, batch, logits[i], features[i], terms[i])[0]
            for i, loss in enumerate(losses)
        ]
        scalars = torch.stack(
            [loss.reduce(parts[i], _at(denominators, i)) for i, loss in enumerate(losses)]
        )
    elif len(losses) == 1:
        scalars = losses[0].reduce(terms[0], _at(denominators, 0))[None]
    else:
        scalars = reduce_all(terms, denominators)
    scalars.sum().backward()  # type: ignore[no-untyped-call]
    return terms, scalars.detach()


def _at(denominators: Tensor | None, i: int) -> Tensor | None:
    return None if denominators is None else denominators[i]


def _units(losses: Sequence[Loss], batch: Batch) -> list[Tensor]:
    """This rank's part of each method's denominator."""
    units = []
    for i, loss in enumerate(losses):
        dtype = loss.class_weight.dtype
        unit = loss.unit(batch.targets[i], dtype)
        if i in batch.mixing and batch.partners is not None and batch.share is not None:
            share = batch.share[i].to(dtype)
            unit = unit * share + loss.unit(batch.partners[i], dtype) * (1 - share)
        units.append(unit.sum())
    return units


def _minimised(
    loss: Loss, i: int, batch: Batch, logits: Tensor, features: Tensor, own: LossTerms
) -> tuple[LossTerms, Tensor]:
    """All terms that method i minimises, and the class of each: (n,), or (2n,) if it mixes."""
    if i not in batch.mixing or batch.partners is None or batch.share is None:
        return own, batch.targets[i]
    loss.eval()
    other = loss.terms(logits, batch.partners[i], features)
    loss.train()
    share = torch.cat([batch.share[i], 1 - batch.share[i]]).to(own.weight.dtype)
    both = LossTerms(*(torch.cat(pair) for pair in zip(own, other, strict=True)))
    both = both._replace(weight=both.weight * share, unit=both.unit * share)
    return both, torch.cat([batch.targets[i], batch.partners[i]])


def _sharpness_aware(
    losses: Sequence[Loss],
    batch: Batch,
    logits: Tensor,
    features: Tensor,
    terms: Sequence[LossTerms],
    denominators: Tensor | None,
    sharpness: Sequence[TailSharpness],
) -> Tensor:
    """Write the gradients where some methods are sharpness-aware; returns the scalars (m,).

    A loss's state changes in the first pass only.
    """
    rest, tails = [], [logits.new_zeros((), dtype=torch.float32)] * len(losses)
    aware = {i: part for part in sharpness for i in part.methods}
    for i, loss in enumerate(losses):
        both, classes = _minimised(loss, i, batch, logits[i], features[i], terms[i])
        if i in aware:
            both, tail = aware[i].split(both, classes)
            tails[i] = loss.reduce(tail, _at(denominators, i))
        rest.append(loss.reduce(both, _at(denominators, i)))
    find_directions(sharpness, tails)
    scalars = torch.stack(rest)
    scalars.sum().backward()  # type: ignore[no-untyped-call]
    for part in sharpness:
        with part.moved():
            part.add_gradient(_tails(losses, batch, denominators, part))
    return scalars.detach() + torch.stack(tails).detach()


def _tails(
    losses: Sequence[Loss], batch: Batch, denominators: Tensor | None, part: TailSharpness
) -> list[Tensor]:
    """The tail's part of the losses of one group's sharpness-aware methods, at its weights."""
    logits, features = part.forward(batch.inputs[part.networks])
    found = []
    for i in part.methods:
        loss, k = losses[i], i - part.networks.start
        loss.eval()
        own = loss.terms(logits[k], batch.targets[i], features[k])
        both, classes = _minimised(loss, i, batch, logits[k], features[k], own)
        loss.train()
        tail = part.split(both, classes)[1]
        found.append(loss.reduce(tail, _at(denominators, i)))
    return found
