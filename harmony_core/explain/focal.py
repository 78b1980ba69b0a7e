"""Focal losses: a factor by difficulty that is differentiated with the logits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .base import PULL, LossExplanation, SampleNumbers
from .latex import Step, number, number_latex, number_text, same, step, times
from .weighted import ClassBalancedExplanation


class FocalExplanation(LossExplanation):
    """w = g^γ, steeper than its weight says because g depends on the logits."""

    @property
    def gamma(self) -> float:
        return float(self.params["gamma"])

    def intra_weight(self, sample: SampleNumbers) -> float:
        return float(sample.grad_norm**self.gamma)

    def steepness(self, sample: SampleNumbers) -> float:
        """1 + γ p·CE/(1 − p)."""
        loss, g = sample.cross_entropy, sample.grad_norm
        return float(1 + self.gamma * (np.exp(-loss) * loss / g if g > 0 else 1.0))

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        g, gamma = sample.grad_norm, self.gamma
        yield step(
            "Weight by difficulty",
            same("w"),
            (r"g^{\gamma}", "g^γ"),
            (
                rf"{number_latex(g)}^{{{number_latex(gamma)}}}",
                f"{number_text(g)}^{number_text(gamma)}",
            ),
            number(intra),
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        steepness = self.steepness(sample)
        return step(
            *PULL,
            (
                r"\text{weight} \cdot (g + \gamma p_y \mathrm{CE})",
                "weight · (g + γ p_y CE)",
            ),
            times(number(weight), number(steepness * sample.grad_norm)),
            number(weight * steepness * sample.grad_norm),
        )


class ClassBalancedFocalExplanation(FocalExplanation, ClassBalancedExplanation):
    """The focal factor and the weights by effective number together."""
