"""Gaussian clouded logits: noise in training only, and a margin off the logit of the class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import LossExplanation, SampleNumbers
from .latex import Step, number, number_latex, number_text, step


class GaussianCloudedExplanation(LossExplanation):
    """z̃_y = z_y − s·m, outside training without noise; z are the cosines times s."""

    def cloud(self) -> Array:
        """(c,) ν k, the most that noise takes off a cosine."""
        above = np.log(self.counts.max() / self.counts)
        return np.asarray(float(self.params["noise"]) * above / max(float(above.max()), 1e-300))

    def adjusted(self, logits: Array, label: int) -> Array:
        moved = logits.copy()
        moved[label] -= float(self.params["scale"]) * float(self.params["margin"])
        return moved

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        margin, scale = float(self.params["margin"]), float(self.params["scale"])
        if margin == 0:
            return
        z = float(sample.logits[sample.label])
        yield step(
            "Logit, less the margin",
            (r"\tilde z_y", "z̃_y"),
            (r"z_y - s\,m", "z_y − s·m"),
            (
                rf"{number_latex(z)} - {number_latex(scale)} \cdot {number_latex(margin)}",
                f"{number_text(z)} − {number_text(scale)}·{number_text(margin)}",
            ),
            number(float(sample.adjusted[sample.label])),
        )

    def notes(self, sample: SampleNumbers) -> list[str]:
        widest = float(self.params["scale"]) * float(self.cloud()[sample.label])
        note = (
            "This loss draws at random: in training noise lowers the logit of the sample's class "
            f"by up to {number_text(widest)}, and that of a rarer class by more. "
            "The formula shows the loss without noise, as it is measured after an epoch."
        )
        return [*super().notes(sample), note]
