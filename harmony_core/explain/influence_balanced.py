"""The influence-balanced loss: a weight by how far a sample would move the last layer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import CLASS_WEIGHT, LossExplanation, SampleNumbers
from .latex import Step, count, number, number_latex, number_text, same, step

EPSILON = 1e-3
"""Added to the influence, as in `harmony_core.losses.influence_balanced`."""


class InfluenceBalancedExplanation(LossExplanation):
    """w = 1 / (2 g ‖h‖₁ + ε) and u_c = α (C / N_c) / Σ (1 / N), once the weights are on.

    The features h are not recorded; w is found from the weight, which is.
    """

    warm_up_note = "The influence weights are not on yet; until then this is cross-entropy."

    def warming_up(self, epoch: int, epochs: int) -> bool:
        """Until epoch ``start``, or half of the training; before the first epoch, not."""
        return not (epoch == 0 or epoch - 1 >= min(int(self.params["start"]), epochs // 2))

    def class_weights(self) -> Array:
        counts = self.counts
        return np.asarray(self.params["alpha"] * len(counts) / counts / (1 / counts).sum())

    def intra_weight(self, sample: SampleNumbers) -> float:
        return 1.0 if sample.warming_up else sample.recorded_weight / self.inter_weight(sample)

    def inter_weight(self, sample: SampleNumbers) -> float:
        return sample.deferred_weight if sample.warming_up else super().inter_weight(sample)

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        g = sample.grad_norm
        length = max(1 / intra - EPSILON, 0) / (2 * g) if intra > 0 and g > 0 else float("nan")
        yield step(
            "Weight by influence",
            same("w"),
            (r"\frac{1}{2 g \lVert h \rVert_1 + \varepsilon}", "1 / (2 g ‖h‖₁ + ε)"),
            (
                rf"\frac{{1}}{{2 \cdot {number_latex(g)} \cdot {number_latex(length)}"
                rf" + {number_latex(EPSILON)}}}",
                f"1 / (2·{number_text(g)}·{number_text(length)} + {number_text(EPSILON)})",
            ),
            number(intra),
        )

    def class_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        if sample.warming_up:
            return
        alpha, n = float(self.params["alpha"]), count(self.counts[sample.label])[1]
        rarity, classes = float((1 / self.counts).sum()), len(self.counts)
        yield step(
            *CLASS_WEIGHT,
            (r"\frac{\alpha \, C / N_y}{\sum_c 1 / N_c}", "α·(C / N_y) / Σ_c (1 / N_c)"),
            (
                rf"\frac{{{number_latex(alpha)} \cdot {classes} / {n}}}{{{number_latex(rarity)}}}",
                f"{number_text(alpha)}·({classes} / {n}) / {number_text(rarity)}",
            ),
            number(sample.class_weight),
        )
