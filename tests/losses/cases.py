"""The settings every loss is tested with, and batches to test them on."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss

COUNTS = (400, 60, 9, 1)
FEATURES = 5

VARIANTS: dict[str, list[dict]] = {
    "weighted_ce": [{"exponent": 0.5}, {"exponent": 0.0}],
    "class_balanced": [{"beta": 0.9}, {"beta": 0.0}],
    "focal": [{"gamma": 0.0}, {"gamma": 0.5}],
    "cb_focal": [{"beta": 0.5, "gamma": 1.0}],
    "ghm": [{"bins": 4, "momentum": 0.0}, {"bins": 1}],
    "ldam": [{"margin": 0.0, "scale": 1.0}, {"margin": 0.3, "scale": 5.0}],
    "logit_adjusted": [{"tau": 0.0}, {"tau": 2.5}],
    "vs": [{"gamma": 0.0, "tau": 0.0}, {"gamma": 0.5, "tau": 2.0}],
    "ib": [{"alpha": 1.0, "start": 0}],
    "harmonized": [
        {"alpha": 1.0, "smoothing": 0.0, "envelope": False, "horizon": 0.1},
        {"alpha": 2.0, "smoothing": 0.0, "envelope": True, "kappa": 5.0},
        {"alpha": 0.5, "smoothing": 0.3, "envelope": False, "horizon": 10.0, "tau": 0.0},
        {"inter": "weight", "rho": 0.5, "kappa": 0.1},
        {"classwise": False, "smoothing": 0.0, "tau": 2.0},
        {"fixed_bins": 1},
        {"fixed_bins": 7, "inter": "none"},
    ],
}
"""Settings beside the defaults and the presets; each loss has those in any case."""

CASES = [
    (name, params)
    for name, spec in LOSSES.items()
    for params in [{}, *({"preset": p} for p in spec.presets), *VARIANTS.get(name, [])]
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


def build(name: str, params: dict, dtype: torch.dtype = torch.float64) -> Loss:
    return build_loss(name, COUNTS, **params).to(dtype)
