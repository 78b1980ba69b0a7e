"""A convolutional network for which a laptop CPU needs seconds per epoch."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from .head import HEADS, Network


class SmallCNN(Network):
    """Three 3×3 convolutions of ``width``, 2·width and 4·width channels, each halving the image.

    It has group normalisation, not batch normalisation: without batch statistics, several ranks
    that share a batch compute what one process computes.
    """

    def __init__(self, input_shape: tuple[int, ...], classes: int, head: str, width: int) -> None:
        super().__init__()
        channels = [input_shape[0], width, 2 * width, 4 * width]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in pairwise(channels)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(min(8, b), b) for b in channels[1:])
        self.head = HEADS[head](channels[-1], classes)

    def features(self, inputs: Tensor) -> Tensor:
        image = inputs
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            # Max pooling and ReLU commute; in this order ReLU sees a quarter of the values.
            image = F.relu(F.max_pool2d(norm(convolution(image)), 2, ceil_mode=True))
        return image.mean(dim=(2, 3))
