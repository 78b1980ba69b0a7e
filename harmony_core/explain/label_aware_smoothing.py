"""Label-aware smoothing: a term by class size that holds back the logit of the sample's class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import PULL, LossExplanation, SampleNumbers
from .latex import Pair, Step, number, number_latex, number_text, product, same, signed, step, times

SMOOTHING = (r"\varepsilon_y", "ε_y")


class LabelAwareSmoothingExplanation(LossExplanation):
    """R = ε_y (z_y − mean z): cross-entropy plus R is the cross-entropy of the smoothed label."""

    every_logit = True

    def label_smoothing(self) -> Array:
        """(c,) ε."""
        above = self.counts - self.counts.min()
        place = above / max(above.max(), 1)
        head, tail = float(self.params["smooth_head"]), float(self.params["smooth_tail"])
        return np.asarray(tail + (head - tail) * np.sin(place * np.pi / 2))

    def added_term(self, logits: Array, label: int) -> tuple[float, Array]:
        smoothing = float(self.label_smoothing()[label])
        slope = np.full(len(logits), -smoothing / len(logits))
        slope[label] += smoothing
        return smoothing * float(logits[label] - logits.mean()), slope

    def added_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        smoothing = float(self.label_smoothing()[sample.label])
        z, mean = float(sample.logits[sample.label]), float(sample.logits.mean())
        yield step("Smoothing of its class, by its size", SMOOTHING, number(smoothing))
        yield step(
            "What smoothing adds",
            same("R"),
            product(SMOOTHING, (r"(z_y - \bar z)", "(z_y − mean z)")),
            times(number(smoothing), _difference(number(z), signed(mean))),
            number(sample.added),
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        share = float(self.label_smoothing()[sample.label]) * (1 - 1 / len(self.counts))
        pull = sample.grad_norm - share
        return step(
            *PULL,
            (
                r"\text{weight} \cdot (g - \varepsilon_y (1 - 1/C))",
                "weight · (g − ε_y (1 − 1/C))",
            ),
            (
                rf"{number_latex(weight)} \cdot ({number_latex(sample.grad_norm)}"
                rf" - {number_latex(share)})",
                f"{number_text(weight)}·({number_text(sample.grad_norm)} − {number_text(share)})",
            ),
            number(weight * pull),
        )

    def notes(self, sample: SampleNumbers) -> list[str]:
        note = (
            "Difficulty is that of the label as it is. Against the smoothed label the pull changes "
            "sign before g reaches 0: the loss does not want certainty."
        )
        return [*super().notes(sample), note]


def _difference(a: Pair, b: Pair) -> Pair:
    return f"({a[0]} - {b[0]})", f"({a[1]} − {b[1]})"
