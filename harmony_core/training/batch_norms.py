"""The batch norms of networks, and what they do with a batch that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.SyncBatchNorm


def batch_norms(module: nn.Module) -> list[BatchNorm]:
    """All batch norms of a module."""
    return [part for part in module.modules() if isinstance(part, BatchNorm)]


def local_batch_norms(module: nn.Module) -> list[BatchNorm]:
    """Those whose statistics are of one process's samples, not of the batch of all ranks."""
    return [part for part in batch_norms(module) if not isinstance(part, nn.SyncBatchNorm)]


@contextmanager
def standing_still(norms: list[BatchNorm]) -> Iterator[None]:
    """Batch norms neither compute nor remember statistics: there may be no sample."""
    for norm in norms:
        norm.eval()
    try:
        yield
    finally:
        for norm in norms:
            norm.train()
