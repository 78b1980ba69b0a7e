"""Several processes started by torchrun: this one's rank, and sums over all ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch import distributed as dist

from ..errors import ConfigError


def world() -> tuple[int, int]:
    """This process's rank and the number of ranks: (0, 1) without a process group."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


def check_batches(n: int, batch_size: int) -> None:
    """Raise `ConfigError` if a batch of an epoch of ``n`` samples leaves a rank without one."""
    ranks = world()[1]
    smallest = n % batch_size or min(batch_size, n)
    if smallest < ranks:
        raise ConfigError(
            f"Expected every batch to have at least {ranks} samples, one for each process, but the "
            f"last of {n} samples in batches of {batch_size} has {smallest}. "
            "Choose another batch size or fewer processes."
        )


def average_gradients(parameters: Iterable[Tensor]) -> None:
    """Replace every gradient by its mean over the ranks, with one all-reduce."""
    average_in_place([p.grad for p in parameters if p.grad is not None])


def average_in_place(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its mean over the ranks, with one all-reduce."""
    ranks = world()[1]
    if ranks == 1:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    dist.all_reduce(flat)
    flat /= ranks
    start = 0
    for tensor in tensors:
        tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
        start += tensor.numel()


def sum_in_place(*tensors: Tensor) -> None:
    """Replace each tensor by its sum over the ranks."""
    if world()[1] > 1:
        for tensor in tensors:
            dist.all_reduce(tensor)
