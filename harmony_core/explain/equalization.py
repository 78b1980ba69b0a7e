"""Softmax equalization: cross-entropy that leaves rare classes out at random, in training only."""

from __future__ import annotations

from .base import LossExplanation, SampleNumbers
from .latex import number_text


class SoftmaxEqualizationExplanation(LossExplanation):
    """Outside training no class is left out, and the formula is that of cross-entropy."""

    def notes(self, sample: SampleNumbers) -> list[str]:
        gamma, threshold = float(self.params["gamma"]), float(self.params["threshold"])
        rare = self.counts * len(self.counts) < threshold * self.counts.sum()
        others = int(rare.sum()) - int(rare[sample.label])
        note = (
            "This loss draws at random: in training each rare class other than the sample's own "
            f"({others} here) is left out of the softmax with probability {number_text(gamma)}. "
            "The formula shows the loss with all classes, as it is measured after an epoch."
        )
        return [*super().notes(sample), note]
