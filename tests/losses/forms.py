"""The forms in which losses take logits and targets, with what they mean sample by sample.

A form is made from n samples in a row; `rows` reads it back with plain loops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from tests.losses.cases import COUNTS, FEATURES

N = 24
"""Samples of a form: 2 × 3 × 4."""
IGNORED = torch.arange(N) % 5 == 2


@dataclass(frozen=True)
class Form:
    """How logits (24, c), targets (24,) and features (24, d) are handed to a loss."""

    arrange: Callable[[Tensor], Tensor]
    """(24, k) to the shape in which logits and features come."""
    shape: tuple[int, ...]
    """Of the targets."""
    options: dict[str, Any] = field(default_factory=dict)
    dtype: torch.dtype = torch.int64
    ignored: int | None = None
    """The label of the samples in `IGNORED`."""

    def targets(self, targets: Tensor) -> Tensor:
        if self.ignored is not None:
            targets = targets.masked_fill(IGNORED, self.ignored)
        return targets.to(self.dtype).reshape(self.shape)

    def kept(self, targets: Tensor) -> list[int]:
        """The samples that count."""
        return [
            i
            for i in range(N)
            if self.ignored is None or not (IGNORED[i] or targets[i] == self.ignored)
        ]


def flat(values: Tensor) -> Tensor:
    return values


def image(values: Tensor) -> Tensor:
    """(24, k) to (2, k, 3, 4)."""
    made = values.new_empty(2, values.shape[1], 3, 4)
    for i, row in enumerate(values):
        made[i // 12, :, i % 12 // 4, i % 4] = row
    return made


def tokens(values: Tensor) -> Tensor:
    """(24, k) to (4, 6, k)."""
    return values.reshape(4, 6, -1)


FORMS = {
    "(n, c)": Form(flat, (N,)),
    "(n, c) int32": Form(flat, (N,), dtype=torch.int32),
    "(n, c) uint8": Form(flat, (N,), dtype=torch.uint8),
    "(n, c) class_dim=-1": Form(flat, (N,), {"class_dim": -1}),
    "(n, c, h, w)": Form(image, (2, 3, 4)),
    "(b, t, c)": Form(tokens, (4, 6), {"class_dim": -1}),
    "(n, c) ignored": Form(flat, (N,), ignored=-100),
    "(n, c, h, w) ignore_index=255": Form(
        image, (2, 3, 4), {"ignore_index": 255}, dtype=torch.uint8, ignored=255
    ),
    "(b, t, c) int32 ignored": Form(
        tokens, (4, 6), {"class_dim": -1}, dtype=torch.int32, ignored=-100
    ),
    "a class ignored": Form(flat, (N,), {"ignore_index": 0}, ignored=0),
    "nothing ignored": Form(flat, (N,), {"ignore_index": None}),
}


def samples(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (24, c), targets (24,) and features (24, d) in float64."""
    rng = torch.Generator().manual_seed(seed)
    share = torch.tensor(COUNTS, dtype=torch.float64).sqrt()
    return (
        3 * torch.randn(N, len(COUNTS), generator=rng, dtype=torch.float64),
        torch.multinomial(share, N, replacement=True, generator=rng),
        torch.randn(N, FEATURES, generator=rng, dtype=torch.float64),
    )
