"""LADE: balanced softmax for a single sample; its other term belongs to the batch."""

from __future__ import annotations

from .base import SampleNumbers
from .logit_adjusted import BalancedSoftmaxExplanation


class LADEExplanation(BalancedSoftmaxExplanation):
    """z̃ = z + log π; the term R of the batch has no part that belongs to one sample."""

    def notes(self, sample: SampleNumbers) -> list[str]:
        note = (
            "In training, α·R is added to the loss of the batch. R depends on all its samples "
            "together, so this formula, of one sample, leaves it out."
        )
        return [*super().notes(sample), note]
