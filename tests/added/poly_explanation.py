"""What there is to explain of Poly-1."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from harmony_core.explain.base import PULL, LossExplanation, SampleNumbers
from harmony_core.explain.latex import Step, number, plus, same, step, times


class PolyExplanation(LossExplanation):
    """w = 1 + ε g / CE."""

    @property
    def epsilon(self) -> float:
        return float(self.params["epsilon"])

    def intra_weight(self, sample: SampleNumbers) -> float:
        share = sample.grad_norm / sample.cross_entropy if sample.cross_entropy > 0 else 1.0
        return 1 + self.epsilon * share

    def steepness(self, sample: SampleNumbers) -> float:
        slope = 1 + self.epsilon * float(np.exp(-sample.cross_entropy))
        return slope / self.intra_weight(sample)

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        yield step(
            "Weight by difficulty",
            same("w"),
            (r"1 + \epsilon g / \mathrm{CE}", "1 + ε g / CE"),
            plus(same("1"), number(intra - 1)),
            number(intra),
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        slope = 1 + self.epsilon * float(np.exp(-sample.cross_entropy))
        return step(
            *PULL,
            (r"g \, (1 + \epsilon p_y)", "g (1 + ε p_y)"),
            times(number(sample.grad_norm), number(slope)),
            number(weight * self.steepness(sample) * sample.grad_norm),
        )
