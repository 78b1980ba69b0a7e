"""Recording under `torch.distributed`: every rank counts its own samples, rank 0 writes."""

from __future__ import annotations

from typing import Any, TypeVar

import torch

from ..losses.over_ranks import world

T = TypeVar("T")


def writes() -> bool:
    """Whether this process is rank 0, or the only one."""
    return world()[0] == 0


def gathered(part: T) -> list[T]:
    """The parts of all ranks on rank 0, and nothing elsewhere; every rank has to call it."""
    rank, ranks = world()
    if ranks == 1:
        return [part]
    parts: list[Any] | None = [None] * ranks if rank == 0 else None
    torch.distributed.gather_object(part, parts)
    return parts or []
