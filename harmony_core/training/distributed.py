"""Several processes started by torchrun: this one's rank, and sums over all ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch import distributed as dist

from ..errors import ConfigError
from ..losses.over_ranks import world

__all__ = ["average_gradients", "average_in_place", "check_batches", "sum_in_place", "world"]


def check_batches(n: int, batch_size: int) -> None:
    """Raise `ConfigError` if whole batches of ``n`` samples leave a rank without one.

    The last batch of an epoch may.
    """
    ranks = world()[1]
    largest = min(batch_size, n)
    if largest < ranks:
        raise ConfigError(
            f"Expected a batch to have at least {ranks} samples, one for each process, but "
            f"batches of {batch_size} of {n} samples have {largest}. "
            "Choose a larger batch size or fewer processes."
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
