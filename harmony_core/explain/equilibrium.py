"""The equilibrium loss: logits moved by how well each class is recognised so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..arrays import Array
from ..frames import Frame
from ..parameters import Value
from .base import LossExplanation, SampleNumbers
from .latex import Step, number, plus, same, signed, step
from .logit_adjusted import moved_step

SCORE = (r"\bar s_y", "s̄_y")
LOG_SCORE = (r"\log \bar s_y", "log s̄_y")


class EquilibriumExplanation(LossExplanation):
    """z̃ = z + log s̄; s̄ is the state of the loss at the end of the epoch, as recorded."""

    def __init__(self, params: Mapping[str, Value], counts: Array) -> None:
        super().__init__(params, counts)
        self._log_scores = np.zeros(len(self.counts))

    def read(self, frame: Frame) -> None:
        if frame.learned_offset is not None:
            self._log_scores = np.asarray(frame.learned_offset, dtype=np.float64)

    def offset(self) -> Array | None:
        return self._log_scores

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        log_score = float(self._log_scores[sample.label])
        z = number(float(sample.logits[sample.label]))
        yield step("Mean score of its class so far", SCORE, number(float(np.exp(log_score))))
        symbols, numbers = plus(same("z_y"), LOG_SCORE), plus(z, signed(log_score))
        yield moved_step(symbols, numbers, sample, "Logit, moved by that score")
