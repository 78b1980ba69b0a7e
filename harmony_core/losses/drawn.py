"""Random numbers that are drawn ahead of an epoch and only looked up in a step.

A step that draws from a generator of its own cannot be captured in a CUDA graph and replayed with
new numbers, and two devices draw different ones. So each epoch's numbers are drawn on the CPU, from
a generator seeded by (seed, epoch), into a buffer; a second buffer counts the steps.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .over_ranks import world

STORED = 65537
"""How many numbers are drawn for an epoch: a prime, so that batches do not meet the same ones."""
STRIDE = 40503
"""How far apart two steps start; coprime to `STORED`."""
EPOCHS_APART = 1_000_003
"""The generator's seed is seed · EPOCHS_APART + epoch."""


class DrawnNumbers(nn.Module):
    """A table of numbers, read from another place in every step.

    The number of column c of sample i in step t is numbers[(STRIDE t + i C + c) mod STORED], with i
    the sample's place in the batch of all ranks (rank r of R has samples r, r + R, …). An epoch
    needs more numbers than there are, so samples share some, in changing combinations.

    ``sample`` draws from a generator: `torch.rand`, or a function with the same signature.

    >>> drawn = DrawnNumbers(torch.rand, seed=0)
    >>> first, second = drawn.take(3, 2), drawn.take(3, 2)
    >>> drawn.draw(0)
    >>> torch.equal(drawn.take(3, 2), first), torch.equal(first, second)
    (True, False)
    """

    numbers: Tensor
    steps: Tensor

    def __init__(self, sample: Callable[..., Tensor], seed: int) -> None:
        super().__init__()
        self.sample, self.seed = sample, int(seed)
        self.register_buffer("numbers", torch.zeros(STORED, dtype=torch.float32))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.draw(0)

    def draw(self, epoch: int) -> None:
        """Replace the numbers by those of 0-based ``epoch``, in place."""
        generator = torch.Generator().manual_seed(self.seed * EPOCHS_APART + epoch)
        self.numbers.copy_(self.sample(STORED, generator=generator), non_blocking=True)
        self.steps.zero_()

    def take(self, n: int, classes: int) -> Tensor:
        """The numbers (n, c) of this step, and on to the next."""
        rank, ranks = world()
        device = self.numbers.device
        row = torch.arange(rank, rank + n * ranks, ranks, device=device)
        place = row[:, None] * classes + torch.arange(classes, device=device)
        index = (place + self.steps * STRIDE) % STORED
        self.steps.add_(1)
        return self.numbers[index]
