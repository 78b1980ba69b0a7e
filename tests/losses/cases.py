"""The settings every loss is tested with, and batches to test them on."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss
from tests.losses.known import known

COUNTS = (400, 60, 9, 1)
FEATURES = 5

CASES = [
    (name, params)
    for name, spec in LOSSES.items()
    for params in [{}, *({"preset": p} for p in spec.presets), *known(name).settings]
]
IDS = [
    "-".join([name, *(f"{key}={value}" for key, value in params.items())]) for name, params in CASES
]


class Batch(NamedTuple):
    logits: Tensor
    """(n, c)"""
    targets: Tensor
    """(n,)"""
    features: Tensor
    """(n, d)"""


def batches(
    n: int = 12, steps: int = 3, seed: int = 0, dtype: torch.dtype = torch.float64
) -> list[Batch]:
    """Batches of random logits, wide enough to reach easy and hard regions, and labels."""
    rng = torch.Generator().manual_seed(seed)
    share = torch.tensor(COUNTS, dtype=torch.float64).sqrt()
    return [
        Batch(
            3 * torch.randn(n, len(COUNTS), generator=rng, dtype=torch.float64).to(dtype),
            torch.multinomial(share, n, replacement=True, generator=rng),
            torch.randn(n, FEATURES, generator=rng, dtype=torch.float64).to(dtype),
        )
        for _ in range(steps)
    ]


def suited(name: str, logits: Tensor) -> Tensor:
    """Logits such as the last layer that a loss needs gives: for some, cosines."""
    return logits.tanh() if LOSSES[name].head == "cosine" else logits


def batches_for(name: str, **more: Any) -> list[Batch]:
    """`batches` with logits that are suited to a loss."""
    return [Batch(suited(name, z), y, h) for z, y, h in batches(**more)]


def build(name: str, params: dict, dtype: torch.dtype = torch.float64) -> Loss:
    return build_loss(name, COUNTS, **params).to(dtype)
