"""Networks that expose their penultimate features.

Every network has ``features(inputs) -> (n, d)`` and ``head(features) -> (n, c)``; calling it
applies both. Images are float (n, channels, h, w), points and table rows float (n, columns).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .registry import MODELS, ModelSpec

__all__ = ["MODELS", "ModelSpec", "build_model", "initialise"]

if TYPE_CHECKING:
    from .build import build_model, initialise


def __getattr__(name: str) -> Any:
    if name in {"build_model", "initialise"}:
        from . import build

        return getattr(build, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
