"""The forward and backward pass of one step, for all networks together or for some of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..losses.base import Loss, LossTerms

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(m, n, …) inputs → logits (m, n, c) and features (m, n, d)."""


def backward(
    forward: Forward,
    losses: Sequence[Loss],
    parameters: Sequence[Tensor],
    inputs: Tensor,
    targets: Tensor,
) -> tuple[list[LossTerms], Tensor]:
    """Leave each network's gradient in its parameters; the losses' terms and scalars (m,)."""
    logits, features = forward(inputs)
    terms: list[LossTerms] = []
    scalars: list[Tensor] = []
    # One split instead of m selections: its backward is one stack, not m padded sums.
    for i, (loss, z, y) in enumerate(zip(losses, logits.unbind(), targets.unbind(), strict=True)):
        terms.append(loss.terms(z, y, features[i] if loss.needs_features else None))
        scalars.append(loss.reduce(terms[i]))
    for parameter in parameters:
        parameter.grad = None
    torch.autograd.backward(scalars)
    return terms, torch.stack([scalar.detach() for scalar in scalars])
