"""Seesaw: the logits of the other classes are moved, by their size and their probability."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import LossExplanation, SampleNumbers
from .latex import Step, number, number_latex, number_text, plus, signed, step, times
from .numbers import cross_entropy

LEAST_PROBABILITY = 1e-2
"""Least p_y in the compensation factor, as in `harmony_core.losses.seesaw`."""


class SeesawExplanation(LossExplanation):
    """z̃_j = z_j + p log min(1, N_j/N_y) + q log max(1, p_j/p_y); z̃_y = z_y."""

    every_logit = True

    def mitigation(self, label: int) -> Array:
        """(c,) the logarithm of the mitigation factor."""
        ratio = np.log(self.counts) - np.log(self.counts[label])
        return np.asarray(float(self.params["p"]) * np.minimum(ratio, 0))

    def compensation(self, logits: Array, label: int) -> Array:
        """(c,) the logarithm of the compensation factor."""
        log_p = logits - logits[label] - cross_entropy(logits, label)
        own = max(float(log_p[label]), float(np.log(LEAST_PROBABILITY)))
        return np.asarray(float(self.params["q"]) * np.maximum(log_p - own, 0))

    def adjusted(self, logits: Array, label: int) -> Array:
        return logits + self.mitigation(label) + self.compensation(logits, label)

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        label = sample.label
        others = sample.adjusted.copy()
        others[label] = -np.inf
        j = int(others.argmax())
        less = float(self.mitigation(label)[j])
        more = float(self.compensation(sample.logits, label)[j])
        p, q = number(float(self.params["p"])), number(float(self.params["q"]))
        n, own = int(self.counts[j]), int(self.counts[label])
        yield step(
            "Less on its strongest rival j, if that is rarer",
            (r"\log M_j", "log M_j"),
            (r"p \log \min(1, N_j / N_y)", "p log min(1, N_j / N_y)"),
            (
                rf"{p[0]} \log \min(1, {n} / {own})",
                f"{p[1]} log min(1, {n} / {own})",
            ),
            number(less),
        )
        yield step(
            "More on it, if it is more probable than the label",
            (r"\log C_j", "log C_j"),
            (r"q \log \max(1, p_j / p_y)", "q log max(1, p_j / p_y)"),
            times(q, number(more / float(self.params["q"]) if more else 0.0)),
            number(more),
        )
        z = number(float(sample.logits[j]))
        yield step(
            "Logit of the rival, moved",
            (r"\tilde z_j", "z̃_j"),
            plus(plus(("z_j", "z_j"), (r"\log M_j", "log M_j")), (r"\log C_j", "log C_j")),
            plus(plus(z, signed(less)), signed(more)),
            (number_latex(float(sample.adjusted[j])), number_text(float(sample.adjusted[j]))),
        )

    def notes(self, sample: SampleNumbers) -> list[str]:
        notes = super().notes(sample)
        if np.exp(-cross_entropy(sample.logits, sample.label)) < LEAST_PROBABILITY:
            notes.append("The label's probability is below 0.01; C_j is computed with 0.01.")
        return notes
