"""The last layer: linear, or cosines between the features and a direction for each class."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..heads import cosines


class LinearHead(nn.Module):
    """z = W f + b, with W (c, d) and b (c,)."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, width))
        self.bias = nn.Parameter(torch.empty(classes))

    def forward(self, features: Tensor) -> Tensor:
        return F.linear(features, self.weight, self.bias)


class CosineHead(LinearHead):
    """z_c = cos(f, w_c) in [−1, 1]; the loss scales it (Cao et al. 2019, arXiv 1906.07413).

    It has an unused bias, so that both heads have the same parameters.
    """

    def forward(self, features: Tensor) -> Tensor:
        return cosines(features, self.weight)


HEADS: dict[str, type[LinearHead]] = {"linear": LinearHead, "cosine": CosineHead}


class Network(nn.Module):
    """Layers that compute features (n, d), and a head that computes logits (n, c) from them."""

    head: LinearHead

    def features(self, inputs: Tensor) -> Tensor:
        """Penultimate features, (n, d)."""
        raise NotImplementedError

    def drawn(self) -> None:
        """Called once all initial weights have been drawn; a network may replace some."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits (n, c)."""
        logits: Tensor = self.head(self.features(inputs))
        return logits
