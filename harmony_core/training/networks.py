"""Several networks as one module: one batched network where that is possible, or a list.

Axes: m networks, n samples, c classes, d features.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.head import CosineHead, Network
from ..models.mlp import MLP
from .heads import mixed_heads

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(m, n, …) inputs → logits (m, n, c) and features (m, n, d)."""


class NetworkGroup(NamedTuple):
    """Networks of an ensemble that are computed together, independently of all others."""

    networks: slice
    forward: Forward
    parameters: list[nn.Parameter]
    module: nn.Module
    stacked: bool
    """Whether parameters have a leading network axis; without it the group is one network."""

    @property
    def size(self) -> int:
        """How many networks."""
        return int(self.networks.stop - self.networks.start)


class Ensemble(nn.Module):
    """m networks of the same shape; each may have its own inputs."""

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """(m, n, …) inputs → (m, n, c) logits and (m, n, d) features; m may be an expanded axis."""
        raise NotImplementedError

    def groups(self) -> list[NetworkGroup]:
        """The groups of networks that can be stepped separately, in order."""
        raise NotImplementedError

    def heads(self) -> tuple[Tensor, Tensor]:
        """The last layers: weights (m, c, d) and biases (m, c), as applied to the features."""
        raise NotImplementedError


class SeparateNetworks(Ensemble):
    """Networks of any kind, computed one after the other."""

    def __init__(self, networks: list[Network], *, bf16: bool = False) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.bf16 = bf16

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        parts = [
            self._one(network, batch)
            for network, batch in zip(self._members(), inputs, strict=True)
        ]
        logits, features = zip(*parts, strict=True)
        return torch.stack(logits).float(), torch.stack(features).float()

    def _one(self, network: Network, batch: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=self.bf16):
            if self.bf16 and batch.ndim == 4:
                batch = batch.contiguous(memory_format=torch.channels_last)
            hidden = network.features(batch)
            return network.head(hidden), hidden

    def groups(self) -> list[NetworkGroup]:
        def forward_of(network: Network) -> Forward:
            def forward(inputs: Tensor) -> tuple[Tensor, Tensor]:
                logits, hidden = self._one(network, inputs[0])
                return logits.float()[None], hidden.float()[None]

            return forward

        return [
            NetworkGroup(
                slice(i, i + 1),
                forward_of(network),
                [parameter for parameter in network.parameters() if parameter.requires_grad],
                network,
                False,
            )
            for i, network in enumerate(self._members())
        ]

    def _members(self) -> list[Network]:
        return [cast(Network, network) for network in self.networks]

    def heads(self) -> tuple[Tensor, Tensor]:
        parts = [network.head for network in self._members()]
        return _heads(
            torch.stack([head.weight for head in parts]),
            torch.stack([head.bias for head in parts]),
            torch.tensor([isinstance(head, CosineHead) for head in parts]),
        )


class StackedMLP(Ensemble):
    """m perceptrons as one: parameters have a leading network axis, and a layer is one product.

    Starts as an exact copy of the given networks. Networks with linear and with cosine heads share
    the products.
    """

    cosine: Tensor
    angular: Tensor

    def __init__(self, networks: list[MLP]) -> None:
        super().__init__()

        def stack(tensors: list[Tensor]) -> nn.Parameter:
            return nn.Parameter(torch.stack([tensor.detach() for tensor in tensors]))

        depth = len(networks[0].layers)
        layers = [[network.layers[i] for network in networks] for i in range(depth)]
        self.weights = nn.ParameterList(stack([layer.weight for layer in row]) for row in layers)  # type: ignore[misc]
        self.biases = nn.ParameterList(stack([layer.bias for layer in row]) for row in layers)  # type: ignore[misc]
        self.head_weight = stack([network.head.weight for network in networks])
        self.head_bias = stack([network.head.bias for network in networks])
        cosine = [isinstance(network.head, CosineHead) for network in networks]
        self.register_buffer("cosine", torch.tensor(cosine))
        self.any_cosine = any(cosine)
        angular = torch.tensor([i for i, angle in enumerate(cosine) if angle], dtype=torch.int64)
        self.register_buffer("angular", angular, persistent=False)
        # Kept as a list, because reading a ParameterList in every step is slow.
        self._layers = list(zip(self.weights, self.biases, strict=True))

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        hidden = inputs.flatten(2)
        for weight, bias in self._layers:
            hidden = torch.baddbmm(bias[:, None], hidden, weight.mT).relu_()
        if self.any_cosine:
            return mixed_heads(hidden, self.head_weight, self.head_bias, self.angular), hidden
        return torch.baddbmm(self.head_bias[:, None], hidden, self.head_weight.mT), hidden

    def groups(self) -> list[NetworkGroup]:
        every = slice(0, len(self.cosine))
        return [NetworkGroup(every, self.forward, list(self.parameters()), self, True)]

    def heads(self) -> tuple[Tensor, Tensor]:
        return _heads(self.head_weight, self.head_bias, self.cosine)


def _heads(weight: Tensor, bias: Tensor, cosine: Tensor) -> tuple[Tensor, Tensor]:
    cosine = cosine.to(weight.device)
    weight = torch.where(cosine[:, None, None], F.normalize(weight, dim=-1), weight)
    return weight, torch.where(cosine[:, None], torch.zeros_like(bias), bias)


def build_ensemble(networks: list[Network], *, bf16: bool = False) -> Ensemble:
    """The fastest ensemble for these networks."""
    if all(isinstance(network, MLP) for network in networks) and not bf16:
        return StackedMLP([network for network in networks if isinstance(network, MLP)])
    return SeparateNetworks(networks, bf16=bf16)
