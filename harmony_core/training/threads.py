"""How a training divides the CPU: threads beside each other, and threads within an operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch

from ..data.dataset import LongTailedDataset
from ..models import MODELS

SMALL = 256
"""Images of at most so many pixels keep one thread busy: measured on 2 cores, the small network and
ResNet-32 on 8 × 8 images are 1.8 times as fast with one thread as with two, the small network on
16 × 16 images 1.2 times; from 24 × 24 on two are faster (1.3 and, on 32 × 32, 1.6 times)."""
MOST = 8
"""Threads beside each other: more would wait for the interpreter."""


class Division(NamedTuple):
    """Threads of a training on a CPU."""

    crew: int
    """How many work beside each other, on different networks or samples."""
    within: int
    """How many work on each operation."""

    def __str__(self) -> str:
        within = f"{self.within} thread{'s' if self.within != 1 else ''}"
        return f"{self.crew} × {within}" if self.crew > 1 else within


def divide(model: str, dataset: LongTailedDataset, methods: int) -> Division:
    """How to divide the threads of this process among so many networks."""
    available, wanted = torch.get_num_threads(), MODELS[model].threads
    if wanted:  # all networks are stepped as one
        return Division(1, min(wanted, available))
    crew = min(available, methods, MOST)
    if dataset.kind == "images":
        _, height, width, _ = dataset.train_inputs.shape
        if height * width <= SMALL:
            return Division(crew, 1)
    return Division(crew, available // crew)


@contextmanager
def divided(model: str, dataset: LongTailedDataset, methods: int) -> Iterator[Division]:
    """Operations take as many threads as suit the training; those of before when it ends."""
    before = torch.get_num_threads()
    division = divide(model, dataset, methods)
    torch.set_num_threads(division.within)
    try:
        yield division
    finally:
        torch.set_num_threads(before)
