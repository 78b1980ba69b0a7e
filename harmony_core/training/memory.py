"""What a training on images will hold in memory, found before its first step."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .networks import NetworkGroup

PROGRAM_BYTES = 700e6
"""Python, PyTorch and what they load, on a CPU."""
TRAINED_COPIES = 3
"""Weights, gradients and momentum; frozen weights have one copy."""
BACKWARD = 2
"""Activations in the backward pass, with their gradients, in activations of the forward pass."""


class Memory(NamedTuple):
    """Estimated bytes, by what takes them."""

    networks: float
    activations: float
    images: float
    test: float

    @property
    def total(self) -> float:
        """All of it, with the program."""
        return PROGRAM_BYTES + sum(self)

    def __str__(self) -> str:
        parts = [
            f"{name} {_size(value)}"
            for name, value in (
                ("networks", self.networks),
                ("activations", self.activations),
                ("images read ahead", self.images),
                ("test scores", self.test),
            )
        ]
        return f"Memory needed: about {_size(self.total)} ({', '.join(parts)})."


def estimate(
    groups: list[NetworkGroup],
    shape: tuple[int, ...],
    batch: int,
    at_once: int,
    ahead: int,
    scores: int,
) -> Memory:
    """The memory of a training whose groups take batches of inputs of a shape.

    ``at_once`` groups are stepped beside each other; ``ahead`` bytes of images are read ahead;
    ``scores`` of the test set are held after the last epoch.
    """
    networks = sum(
        weights.nbytes * (TRAINED_COPIES if weights.requires_grad else 1)
        for group in groups
        for weights in group.module.parameters()
    )
    one = saved_bytes(groups[0], shape) / groups[0].size
    values = batch * torch.Size(shape).numel() * 4
    sizes = sorted((group.size for group in groups), reverse=True)[:at_once]
    return Memory(
        float(networks), BACKWARD * (sum(sizes) * batch * one + values), float(ahead), 4.0 * scores
    )


def saved_bytes(group: NetworkGroup, shape: tuple[int, ...]) -> int:
    """What PyTorch keeps of one sample for the backward pass, beside the parameters."""
    kept: dict[int, int] = {}
    weights = {parameter.data_ptr() for parameter in group.module.parameters()}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    parameter = next(group.module.parameters())
    inputs = parameter.new_zeros((group.size, 1, *shape), dtype=torch.float32)
    group.module.eval()
    try:
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
            outputs = group.forward(inputs)
    finally:
        group.module.train()
    del outputs
    return sum(kept.values())


def _size(value: float) -> str:
    return f"{value / 1e9:.1f} GB" if value >= 1e9 else f"{value / 1e6:.0f} MB"
