"""Adaptive logit adjustment: a margin by class size and by the difficulty of the sample."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import LossExplanation, SampleNumbers
from .latex import Step, number, number_latex, number_text, step, times

MARGIN = ("A_y", "A_y")


class AdaptiveLogitAdjustmentExplanation(LossExplanation):
    """z̃_y = z_y − s·A with A = ½ (1 − z_y/s) / log(N_y/N_min + 1); z are the cosines times s."""

    def rarity(self) -> Array:
        """(c,) 1 / log(N_c / N_min + 1)."""
        return np.asarray(1 / np.log(self.counts / self.counts.min() + 1))

    def hardness(self, logits: Array, label: int) -> float:
        """½ (1 − cos): 0 where the feature points in the direction of its class."""
        return float(1 - logits[label] / float(self.params["scale"])) / 2

    def adjusted(self, logits: Array, label: int) -> Array:
        moved = logits.copy()
        margin = self.hardness(logits, label) * float(self.rarity()[label])
        moved[label] -= float(self.params["scale"]) * margin
        return moved

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        label, scale = sample.label, float(self.params["scale"])
        hardness = self.hardness(sample.logits, label)
        rarity = float(self.rarity()[label])
        z, margin = float(sample.logits[label]), hardness * rarity
        yield step(
            "Rarity of its class",
            ("q_y", "q_y"),
            (r"1 / \log(N_y / N_{\min} + 1)", "1 / log(N_y / N_min + 1)"),
            number(rarity),
        )
        yield step(
            "Margin, by cosine and rarity",
            MARGIN,
            (r"\frac{1 - z_y / s}{2}\, q_y", "½ (1 − z_y / s) q_y"),
            times(number(hardness), number(rarity)),
            number(margin),
        )
        yield step(
            "Logit, less its margin",
            (r"\tilde z_y", "z̃_y"),
            (r"z_y - s\,A_y", "z_y − s·A_y"),
            (
                rf"{number_latex(z)} - {number_latex(scale)} \cdot {number_latex(margin)}",
                f"{number_text(z)} − {number_text(scale)}·{number_text(margin)}",
            ),
            number(float(sample.adjusted[label])),
        )
