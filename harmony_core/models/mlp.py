"""The multilayer perceptron."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from .head import HEADS, Network


class MLP(Network):
    """``depth`` hidden layers of ``hidden`` ReLU units; images are flattened."""

    def __init__(
        self, input_shape: tuple[int, ...], classes: int, head: str, hidden: int, depth: int
    ) -> None:
        super().__init__()
        widths = [math.prod(input_shape)] + [hidden] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.head = HEADS[head](hidden, classes)

    def features(self, inputs: Tensor) -> Tensor:
        hidden = inputs.flatten(1)
        for layer in self.layers:
            hidden = F.relu(layer(hidden))
        return hidden
