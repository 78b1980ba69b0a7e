"""The forward and backward pass of one step, for all networks or a group of them.

A method that mixes samples minimises Σ [λ w_a CE_a + (1 − λ) w_b CE_b] / Σ [λ u_a + (1 − λ) u_b],
with the terms of both labels a and b of every sample: λ L(z, y_a) + (1 − λ) L(z, y_b) if λ is the
same for the batch. A gradient density counts a mixed sample once, under its own label a, and reads
the weight under b; the recorded weight and gradient norm are those under a, without λ.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..losses.base import Loss, LossTerms, joint_terms, reduce_all
from .batch import Batch
from .networks import Forward
from .sharpness import TailSharpness


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
    if len(losses) == 1:
        terms = [losses[0].terms(logits[0], batch.targets[0], features[0])]
    else:
        terms = joint_terms(losses, logits, batch.targets, features)
    for parameter in parameters:
        parameter.grad = None
    if sharpness:
        return terms, _sharpness_aware(losses, batch, logits, features, terms, sharpness)
    if batch.mixing:
        parts = [
            _minimised(loss, i, batch, logits[i], features[i], terms[i])[0]
            for i, loss in enumerate(losses)
        ]
        scalars = torch.stack([loss.reduce(p) for loss, p in zip(losses, parts, strict=True)])
    elif len(losses) == 1:
        scalars = losses[0].reduce(terms[0])[None]
    else:
        scalars = reduce_all(terms)
    scalars.sum().backward()  # type: ignore[no-untyped-call]
    return terms, scalars.detach()


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
    sharpness: Sequence[TailSharpness],
) -> Tensor:
    """Write the gradients where some methods are sharpness-aware; returns the scalars (m,).

    A loss's state changes in the first pass only.
    """
    rest, tails = [], [torch.zeros_like(logits[0, 0, 0], dtype=torch.float32)] * len(losses)
    aware = {i: part for part in sharpness for i in part.methods}
    for i, loss in enumerate(losses):
        both, classes = _minimised(loss, i, batch, logits[i], features[i], terms[i])
        if i in aware:
            both, tail = aware[i].split(both, classes)
            tails[i] = loss.reduce(tail)
        rest.append(loss.reduce(both))
    for part in sharpness:
        part.find_direction([tails[i] for i in part.methods])
    scalars = torch.stack(rest)
    scalars.sum().backward()  # type: ignore[no-untyped-call]
    for part in sharpness:
        with part.moved():
            part.add_gradient(_tails(losses, batch, part))
    return scalars.detach() + torch.stack(tails).detach()


def _tails(losses: Sequence[Loss], batch: Batch, part: TailSharpness) -> list[Tensor]:
    """The tail's part of the losses of one group's sharpness-aware methods, at its weights."""
    logits, features = part.forward(batch.inputs[part.networks])
    found = []
    for i in part.methods:
        loss, k = losses[i], i - part.networks.start
        loss.eval()
        own = loss.terms(logits[k], batch.targets[i], features[k])
        both, classes = _minimised(loss, i, batch, logits[k], features[k], own)
        loss.train()
        found.append(loss.reduce(part.split(both, classes)[1]))
    return found
