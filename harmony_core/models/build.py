"""Build a network by name and draw its initial weights from a generator."""

from __future__ import annotations

import importlib
import math

import torch
from torch import nn

from ..parameters import Value, choose, resolve
from .head import HEADS, LinearHead, Network
from .registry import MODELS


def build_model(
    name: str,
    input_shape: tuple[int, ...],
    classes: int,
    *,
    head: str = "linear",
    generator: torch.Generator | None = None,
    **parameters: Value,
) -> Network:
    """A network on the CPU with newly drawn weights.

    ``input_shape`` is the shape of one input: (columns,) or (channels, h, w). The weights before
    the head do not depend on ``head``, so methods with different heads start with the same
    features. An unknown name or parameter raises `ConfigError`, which lists the known ones.
    """
    choose(name, MODELS, "model")
    choose(head, HEADS, "head")
    spec = MODELS[name]
    settings = resolve(parameters, spec.parameters, f"model `{name}`")
    module, attribute = spec.factory.split(":")
    factory = getattr(importlib.import_module(module), attribute)
    with torch.device("meta"):
        network = factory(input_shape, classes, head, **settings)
    network.to_empty(device="cpu")
    initialise(network, generator or torch.Generator().manual_seed(0))
    assert isinstance(network, Network)
    network.drawn()
    return network


def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights, of hidden layers as He et al. 2015 (arXiv 1502.01852).

    Those of the head are normal with standard deviation 1/√d. Biases of hidden layers are uniform
    in ±1/√fan_in, so that in the plane not every ReLU has its kink in the origin. Norm layers are
    reset to their defaults.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, generator=generator)
            if module.bias is not None:
                bound = 1 / math.sqrt(module.weight[0].numel())
                nn.init.uniform_(module.bias, -bound, bound, generator=generator)
        elif isinstance(module, LinearHead):
            nn.init.normal_(
                module.weight, std=1 / math.sqrt(module.weight.shape[1]), generator=generator
            )
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
            module.reset_parameters()
