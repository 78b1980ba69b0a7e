"""The residual network of the CIFAR-LT literature (He et al. 2016, arXiv 1512.03385)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from .head import HEADS, Network


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut without parameters (option A: strides, zero padding)."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.stride = stride
        self.padding = (channels - channels_in) // 2

    def forward(self, image: Tensor) -> Tensor:
        hidden = F.relu(self.norm1(self.conv1(image)))
        hidden = self.norm2(self.conv2(hidden))
        shortcut = image
        if self.stride != 1 or self.padding:
            shortcut = image[:, :, :: self.stride, :: self.stride]
            shortcut = F.pad(shortcut, (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(hidden + shortcut)


class CifarResNet(Network):
    """ResNet-(6·blocks + 2): stages of 16, 32 and 64 channels; ``blocks=5`` is ResNet-32."""

    def __init__(self, input_shape: tuple[int, ...], classes: int, head: str, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        stages: list[nn.Module] = []
        channels_in = 16
        for channels, stride in ((16, 1), (32, 2), (64, 2)):
            for block in range(blocks):
                stages.append(BasicBlock(channels_in, channels, stride if block == 0 else 1))
                channels_in = channels
        self.stages = nn.Sequential(*stages)
        self.head = HEADS[head](64, classes)

    def features(self, inputs: Tensor) -> Tensor:
        image = F.relu(self.norm(self.stem(inputs)))
        image = self.stages(image)
        pooled: Tensor = image.mean(dim=(2, 3))
        return pooled
