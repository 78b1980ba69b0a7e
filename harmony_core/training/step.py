"""The forward and backward pass of one step, for all networks or a group of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ..losses.base import Loss, LossTerms, joint_terms, reduce_all

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(m, n, …) inputs → logits (m, n, c) and features (m, n, d)."""


def backward(
    forward: Forward,
    losses: Sequence[Loss],
    parameters: Sequence[Tensor],
    inputs: Tensor,
    targets: Tensor,
) -> tuple[list[LossTerms], Tensor]:
    """Write the gradients into ``parameters``; returns the losses' terms and scalars (m,)."""
    logits, features = forward(inputs)
    if len(losses) == 1:
        terms = [losses[0].terms(logits[0], targets[0], features[0])]
        scalars = losses[0].reduce(terms[0])[None]
    else:
        terms = joint_terms(losses, logits, targets, features)
        scalars = reduce_all(terms)
    for parameter in parameters:
        parameter.grad = None
    scalars.sum().backward()  # type: ignore[no-untyped-call]
    return terms, scalars.detach()
