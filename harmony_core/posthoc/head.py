"""A linear last layer, and what a post-hoc step is given to replace it.

Axes: n training samples, c classes, d features.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SHORTEST = 1e-12
"""Vectors shorter than this are divided by it, as `F.normalize` does."""


@dataclass(frozen=True)
class Head:
    """z = W f + b.

    For a network with a cosine layer, f are its features scaled to length 1, and W includes the
    factor by which its loss scales the cosines.
    """

    weight: Tensor
    """(c, d)"""
    bias: Tensor
    """(c,)"""

    def logits(self, features: Tensor) -> Tensor:
        """(n, c) of features (n, d)."""
        return F.linear(features, self.weight, self.bias)


@dataclass(frozen=True)
class Trained:
    """A trained last layer and the features that it was trained on."""

    head: Head
    features: Tensor
    """(n, d) of all training samples, without augmentation."""
    targets: Tensor
    """(n,) int64, the training labels; every class has a sample."""

    @property
    def counts(self) -> Tensor:
        """(c,) training samples of each class, in the type of the weights."""
        weight = self.head.weight
        return torch.bincount(self.targets, minlength=len(weight)).to(weight.dtype)


def row_norms(rows: Tensor) -> Tensor:
    """(c, 1) Euclidean length of each row of (c, d), at least `SHORTEST`."""
    norms: Tensor = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    return norms.clamp_min(SHORTEST)
