"""How many CPU threads a training is fastest with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..data.dataset import LongTailedDataset
from ..models import MODELS

SMALL = 256
"""Images of at most so many pixels keep one thread busy: measured on 2 cores, the small network and
ResNet-32 on 8 × 8 images are 1.8 times as fast with one thread as with two, the small network on
16 × 16 images 1.2 times; from 24 × 24 on two are faster (1.3 and, on 32 × 32, 1.6 times)."""


def threads_for(model: str, dataset: LongTailedDataset) -> int:
    """The number of threads; those of the process where the work is worth dividing."""
    wanted = MODELS[model].threads
    if not wanted and dataset.kind == "images":
        _, height, width, _ = dataset.train_inputs.shape
        wanted = 1 if height * width <= SMALL else 0
    return wanted or torch.get_num_threads()


@contextmanager
def threads(model: str, dataset: LongTailedDataset) -> Iterator[int]:
    """As many threads as suit the training; those of before when it ends."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads_for(model, dataset))
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)
