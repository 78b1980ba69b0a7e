"""The samples of one training step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """The samples of one step, for m methods."""

    inputs: Tensor
    """(m, n, …), mixed where a method mixes."""
    targets: Tensor
    """(m, n) int64: the labels of the samples, or of the larger part of mixed ones."""
    mixing: Sequence[int] = ()
    """The methods that mix."""
    partners: Tensor | None = None
    """(m, n) int64: the labels of the smaller parts; None if no method mixes."""
    share: Tensor | None = None
    """(m, n) in [0, 1]: the weight of ``targets`` against ``partners``; None if no method mixes."""


def for_methods(
    drawn: Mapping[str, tuple[Tensor, Tensor]], samplers: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Inputs (m, n, …) and targets (m, n) of m methods, from those (n, …) of each sampler.

    If all have one sampler, they share its tensors.
    """
    m = len(samplers)
    if len(drawn) == 1:
        inputs, targets = drawn[samplers[0]]
        return inputs.expand(m, *inputs.shape), targets.expand(m, -1)
    own = [drawn[name] for name in samplers]
    return torch.stack([x for x, _ in own]), torch.stack([y for _, y in own])
