"""Cross-entropy, which all others move or weigh."""

from __future__ import annotations

from .base import Loss


class CrossEntropy(Loss):
    """L = (1/n) Σ −log p_y: every sample counts once, so the head decides.

    The same as `F.cross_entropy`.
    """
