"""Cross-entropy, which all other losses adjust or weigh."""

from __future__ import annotations

from typing import Unpack

from .base import Loss
from .options import Options


class CrossEntropy(Loss):
    """L = (1/n) Σ −log p_y: every sample counts once, so the head decides.

    The same as `F.cross_entropy`.

    >>> import torch
    >>> CrossEntropy([3, 1])(torch.zeros(2, 2), torch.tensor([0, 1]))  # log 2
    tensor(0.6931)
    """

    # Of its own, as `inspect.signature` finds `Loss.__new__` before an inherited one.
    def __init__(self, class_counts: object, **options: Unpack[Options]) -> None:
        super().__init__(class_counts, **options)
