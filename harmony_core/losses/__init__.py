"""Losses for long-tailed learning: `build_loss(name, class_counts)`, called as ``loss(z, y)``.

>>> import torch
>>> from harmony_core.losses import LOSSES, build_loss
>>> loss = build_loss("weighted_ce", [3, 1])
>>> loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # log 2
tensor(0.6931)
>>> "harmonized" in LOSSES
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .registry import LOSSES
from .spec import LossSpec

__all__ = ["LOSSES", "LossSpec", "build_loss", "HarmonizedLoss", "Loss", "LossTerms"]

if TYPE_CHECKING:
    from .base import Loss, LossTerms
    from .build import build_loss
    from .harmonized import HarmonizedLoss

_MODULES = {
    "build_loss": "build",
    "HarmonizedLoss": "harmonized",
    "Loss": "base",
    "LossTerms": "base",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
