"""The last layers of several networks as one, where some are cosine heads."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

LEAST = 1e-12
"""Vectors shorter than this are divided by it, as `F.normalize` does."""


class _MixedHeads(torch.autograd.Function):
    """Linear and cosine heads with derivatives by hand: autograd would run 30 small operations.

    For u = f / ‖f‖ and a gradient G on u, ∂f = (G − ⟨G, u⟩ u) / ‖f‖.
    """

    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, angular: Tensor
    ) -> Tensor:
        logits = torch.baddbmm(bias[:, None], features, weight.mT)
        u, length = _unit(features.index_select(0, angular))
        v, norm = _unit(weight.index_select(0, angular))
        ctx.save_for_backward(features, weight, angular, u, length, v, norm)
        return logits.index_copy_(0, angular, torch.bmm(u, v.mT))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        features, weight, angular, u, length, v, norm = ctx.saved_tensors
        on_features, on_weight = torch.bmm(gradient, weight), torch.bmm(gradient.mT, features)
        on_bias = gradient.sum(1).index_fill_(0, angular, 0.0)
        own = gradient.index_select(0, angular)
        on_features.index_copy_(0, angular, _through_unit(torch.bmm(own, v), u, length))
        on_weight.index_copy_(0, angular, _through_unit(torch.bmm(own.mT, u), v, norm))
        return on_features, on_weight, on_bias, None


def mixed_heads(features: Tensor, weight: Tensor, bias: Tensor, angular: Tensor) -> Tensor:
    """Logits (m, n, c) of features (m, n, d) under weights (m, c, d) and biases (m, c).

    Networks ``angular`` (k,) int64 have a cosine head, which uses no bias; the others a linear one.
    """
    return cast(Tensor, _MixedHeads.apply(features, weight, bias, angular))


def _unit(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Vectors scaled to length 1 along the last axis, and their original lengths."""
    length = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True).clamp_min_(LEAST)
    return vectors / length, length


def _through_unit(gradient: Tensor, unit: Tensor, length: Tensor) -> Tensor:
    along = (gradient * unit).sum(-1, keepdim=True)
    return gradient.addcmul_(along, unit, value=-1).div_(length)
