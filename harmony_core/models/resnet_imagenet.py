"""ResNets as they are used for ImageNet (He et al. 2016, arXiv 1512.03385), from torchvision.

With ``pretrained`` they start from torchvision's weights for ImageNet, if those are on the machine:
nothing is downloaded during a training. ``trained="head"`` keeps all layers below the last one as
they are, a linear probe.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from ..errors import ConfigError
from .head import HEADS, Network
from .pretrained import weights_path

ALL, HEAD = TRAINED = ("all", "head")
"""Which layers are trained."""


class ImageNetResNet(Network):
    """A ResNet of torchvision with a head of ours; a subclass names it."""

    name = ""

    def __init__(
        self, input_shape: tuple[int, ...], classes: int, head: str, pretrained: bool, trained: str
    ) -> None:
        super().__init__()
        from torchvision import models

        if trained == HEAD and not pretrained:
            raise ConfigError(
                f"Expected `pretrained` with `trained` {HEAD!r}, as the other layers stay as they "
                "begin, but got random weights. Turn `pretrained` on, or train all layers."
            )
        if pretrained and input_shape[0] != 3:
            raise ConfigError(
                "Expected images of 3 channels for pretrained weights, but got "
                f"{input_shape[0]}. Turn `pretrained` off."
            )
        self.path = _found(self.name) if pretrained else None
        body: Any = getattr(models, self.name)(weights=None)
        if input_shape[0] != 3:
            body.conv1 = nn.Conv2d(input_shape[0], 64, 7, stride=2, padding=3, bias=False)
        width = body.fc.in_features
        body.fc = nn.Identity()
        self.body = body
        self.frozen = trained == HEAD
        body.requires_grad_(not self.frozen)
        self.head = HEADS[head](width, classes)

    def features(self, inputs: Tensor) -> Tensor:
        if self.frozen:
            with torch.no_grad():
                return cast(Tensor, self.body(inputs))
        return cast(Tensor, self.body(inputs))

    def drawn(self) -> None:
        """Replace the weights of the body by the pretrained ones, if they are asked for."""
        if self.path is None:
            return
        try:
            saved = torch.load(self.path, map_location="cpu", weights_only=True)
            saved = {name: tensor for name, tensor in saved.items() if not name.startswith("fc.")}
            self.body.load_state_dict(saved)
        except Exception as error:
            raise ConfigError(
                f"Expected torchvision's weights of {self.name} in {self.path}, but they cannot be "
                f"loaded ({type(error).__name__}: {str(error)[:120]}). Download them again."
            ) from error

    def train(self, mode: bool = True) -> ImageNetResNet:
        """A frozen body keeps the statistics of its normalisation."""
        super().train(mode)
        if self.frozen:
            self.body.eval()
        return self


class ResNet18(ImageNetResNet):
    """18 layers, 11 million weights, 512 features."""

    name = "resnet18"


class ResNet50(ImageNetResNet):
    """50 layers, 24 million weights, 2,048 features."""

    name = "resnet50"


def _found(name: str) -> Path:
    """The weights of a network; `ConfigError` if they are not there."""
    path = weights_path(name)
    if not path.is_file():
        raise ConfigError(
            f"Expected the pretrained weights of {name} in {path}, but got nothing there. Download "
            'them with: python -c "import torchvision; '
            f"torchvision.models.{name}(weights='DEFAULT')\", or turn `pretrained` off."
        )
    return path
