"""Losses with a weight for each class, by its number of samples."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import CLASS_WEIGHT, LossExplanation, SampleNumbers, effective_number_step
from .latex import Step, count, number, number_latex, number_text, step
from .numbers import effective_number, inverse_frequency


class WeightedExplanation(LossExplanation):
    """u_c ∝ N_c^{−ρ}, mean 1 over the training samples."""

    divides_by_class_weights = True

    def class_weights(self) -> Array:
        return inverse_frequency(self.counts, self.params["exponent"])

    def class_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        if sample.class_weight != 1:
            yield inverse_frequency_step(self.counts, float(self.params["exponent"]), sample)


class ClassBalancedExplanation(LossExplanation):
    """u_c ∝ (1 − β) / (1 − β^{N_c}), the inverse effective number of samples."""

    divides_by_class_weights = True

    def class_weights(self) -> Array:
        return effective_number(self.counts, self.params["beta"])

    def class_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        beta, samples = float(self.params["beta"]), self.counts[sample.label]
        yield effective_number_step(*CLASS_WEIGHT, beta, samples, sample.class_weight)


def inverse_frequency_step(counts: Array, rho: float, sample: SampleNumbers) -> Step:
    """u_y = N · N_y^{−ρ} / Σ_c N_c^{1−ρ}."""
    total, n = count(counts.sum())[1], count(counts[sample.label])[1]
    below = float((np.asarray(counts, dtype=np.float64) ** (1 - rho)).sum())
    return step(
        *CLASS_WEIGHT,
        (r"\frac{N \, N_y^{-\rho}}{\sum_c N_c^{1-\rho}}", "N·N_y^(−ρ) / Σ_c N_c^(1−ρ)"),
        (
            rf"\frac{{{total} \cdot {n}^{{{number_latex(-rho)}}}}}{{{number_latex(below)}}}",
            f"{total}·{n}^{number_text(-rho)} / {number_text(below)}",
        ),
        number(sample.class_weight),
    )
