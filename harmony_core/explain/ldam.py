"""LDAM: a margin off the logit of the sample's class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import LossExplanation, SampleNumbers
from .latex import Step, number, number_latex, number_text, step


class LDAMExplanation(LossExplanation):
    """z̃_y = z_y − s·m_y with m_c ∝ N_c^{−1/4}; z are the cosines times s."""

    def margins(self) -> Array:
        """(c,) m, in cosine."""
        rarity = self.counts**-0.25
        return np.asarray(self.params["margin"] * rarity / rarity.max())

    def adjusted(self, logits: Array, label: int) -> Array:
        moved = logits.copy()
        moved[label] -= self.params["scale"] * self.margins()[label]
        return moved

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        z = float(sample.logits[sample.label])
        margin, scale = float(self.margins()[sample.label]), float(self.params["scale"])
        yield step(
            "Logit, less its margin",
            (r"\tilde z_y", "z̃_y"),
            (r"z_y - s\,m_y", "z_y − s·m_y"),
            (
                rf"{number_latex(z)} - {number_latex(scale)} \cdot {number_latex(margin)}",
                f"{number_text(z)} − {number_text(scale)}·{number_text(margin)}",
            ),
            number(float(sample.adjusted[sample.label])),
        )
