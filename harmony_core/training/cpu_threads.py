"""How a training uses the CPU: threads that step networks, and threads within an operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch

from ..data.dataset import LongTailedDataset
from ..models import MODELS

SMALL = 256
"""Images with at most this many pixels get one thread per operation. Measured on 2 cores: the small
network and ResNet-32 on 8 × 8 images are 1.8 times as fast with one thread as with two, the small
network on 16 × 16 images 1.2 times; from 24 × 24 on two are faster (1.3 times; at 32 × 32, 1.6).
"""
MOST = 8
"""Most threads that step networks: more would wait for the interpreter lock."""


class Division(NamedTuple):
    """Threads of a training on a CPU."""

    pool: int
    """Threads that work on different networks or samples."""
    within: int
    """Threads within each operation."""

    def __str__(self) -> str:
        within = f"{self.within} thread{'s' if self.within != 1 else ''}"
        return f"{self.pool} × {within}" if self.pool > 1 else within


def divide(model: str, dataset: LongTailedDataset, methods: int) -> Division:
    """How to divide this process's threads among the networks of ``methods`` methods."""
    available, wanted = torch.get_num_threads(), MODELS[model].threads
    if wanted:  # all networks are stepped as one
        return Division(1, min(wanted, available))
    pool = min(available, methods, MOST)
    if dataset.kind == "images":
        _, height, width, _ = dataset.train_inputs.shape
        if height * width <= SMALL:
            return Division(pool, 1)
    return Division(pool, available // pool)


@contextmanager
def divided(model: str, dataset: LongTailedDataset, methods: int) -> Iterator[Division]:
    """Set the threads within an operation for a training; restore the old number afterwards."""
    before = torch.get_num_threads()
    division = divide(model, dataset, methods)
    torch.set_num_threads(division.within)
    try:
        yield division
    finally:
        torch.set_num_threads(before)
