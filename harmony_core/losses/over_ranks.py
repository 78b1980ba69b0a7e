"""Sums over distributed ranks: one collective for all that the losses of a step have to know.

A loss with a state counts something of every batch, and goes on when it knows the counts of all
ranks (`after_sum`). On several ranks it returns a `Pending` instead of its result; whoever called
it collects those of all losses, sums them together (`sum_together`) and finishes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


def world() -> tuple[int, int]:
    """This process's rank and the number of ranks: (0, 1) without a process group.

    >>> world()
    (0, 1)
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1


def distributed() -> bool:
    """Whether several ranks train together, so that counts have to be summed over them.

    >>> distributed()
    False
    """
    return world()[1] > 1


class Pending(NamedTuple, Generic[T]):
    """A result that waits for a sum over the ranks."""

    counts: Tensor
    """Any shape, detached: this rank's part of the sum."""
    finish: Callable[[Tensor], T]
    """The result, from the sum; called once."""


def after_sum(counts: Tensor, finish: Callable[[Tensor], T]) -> T | Pending[T]:
    """``finish`` of ``counts`` summed over the ranks: at once if there is only one.

    >>> after_sum(torch.tensor(2.0), lambda total: total + 1)
    tensor(3.)
    """
    return Pending(counts, finish) if distributed() else finish(counts)


def sum_together(parts: Sequence[Tensor]) -> list[Tensor]:
    """Detached tensors summed over the ranks, with one collective for all of them.

    >>> sum_together([torch.tensor(2.0), torch.zeros(1, 2)])
    [tensor(2.), tensor([[0., 0.]])]
    """
    if not distributed():
        return list(parts)
    flat = torch.cat([part.reshape(-1) for part in parts])
    torch.distributed.all_reduce(flat)
    sums = torch.split(flat, [part.numel() for part in parts])
    return [total.view(part.shape).to(part.dtype) for total, part in zip(sums, parts, strict=True)]


def in_own_row(value: Tensor) -> Tensor:
    """(ranks, …): ``value`` in this rank's row, zeros in the others; their sum has every row.

    >>> in_own_row(torch.tensor([1.0, 2.0]))
    tensor([[1., 2.]])
    """
    rank, ranks = world()
    rows = value.new_zeros(ranks, *value.shape)
    rows[rank] = value
    return rows
