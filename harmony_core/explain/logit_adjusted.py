"""Losses that move the logits by the size of the classes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from .base import PULL, LossExplanation, SampleNumbers
from .latex import (
    Pair,
    Step,
    count,
    fraction,
    number,
    number_latex,
    number_text,
    plus,
    same,
    signed,
    step,
    times,
)
from .numbers import log_prior

STRENGTH = (r"\tau \log \pi_y", "τ log π_y")


class LogitAdjustedExplanation(LossExplanation):
    """z̃ = z + τ log π."""

    def offset(self) -> Array | None:
        return np.asarray(self.params["tau"] * log_prior(self.counts))

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        return prior_steps(self.counts, float(self.params["tau"]), sample)


class BalancedSoftmaxExplanation(LossExplanation):
    """z̃ = z + log π."""

    def offset(self) -> Array | None:
        return log_prior(self.counts)

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        prior = float(log_prior(self.counts)[sample.label])
        z = number(float(sample.logits[sample.label]))
        yield share_step(self.counts, prior, sample)
        yield moved_step(
            plus(same("z_y"), (r"\log \pi_y", "log π_y")), plus(z, signed(prior)), sample
        )


class VectorScalingExplanation(LogitAdjustedExplanation):
    """z̃ = z/Δ + τ log π with Δ_c = (N_max / N_c)^γ."""

    def divisors(self) -> Array:
        """(c,) Δ."""
        return np.asarray((self.counts.max() / self.counts) ** self.params["gamma"])

    def slope(self) -> Array:
        return np.asarray(1 / self.divisors())

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        prior = float(log_prior(self.counts)[sample.label])
        z, divisor = float(sample.logits[sample.label]), float(self.divisors()[sample.label])
        yield share_step(self.counts, prior, sample)
        yield step(
            "Stretch of its class",
            (r"\Delta_y", "Δ_y"),
            (r"(N_{\max} / N_y)^{\gamma}", "(N_max / N_y)^γ"),
            number(divisor),
        )
        yield moved_step(
            plus((r"z_y / \Delta_y", "z_y / Δ_y"), STRENGTH),
            plus(
                (
                    f"{number_latex(z)} / {number_latex(divisor)}",
                    f"{number_text(z)} / {number_text(divisor)}",
                ),
                times(number(float(self.params["tau"])), signed(prior)),
            ),
            sample,
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        slope = float(self.slope()[sample.label])
        if slope == 1:
            return super().pull_step(sample, weight)
        latex, text = times(number(weight), number(sample.grad_norm))
        divisor = number(1 / slope)
        return step(
            *PULL,
            (r"\text{weight} \cdot g / \Delta_y", "weight · g / Δ_y"),
            (f"{latex} / {divisor[0]}", f"{text} / {divisor[1]}"),
            number(weight * sample.grad_norm * slope),
        )


def prior_steps(counts: Array, tau: float, sample: SampleNumbers) -> Iterable[Step]:
    """z̃_y = z_y + τ log π_y."""
    prior = float(log_prior(counts)[sample.label])
    z = number(float(sample.logits[sample.label]))
    yield share_step(counts, prior, sample)
    yield moved_step(
        plus(same("z_y"), STRENGTH), plus(z, times(number(tau), signed(prior))), sample
    )


def share_step(counts: Array, prior: float, sample: SampleNumbers) -> Step:
    """π_y = N_y / N, given log π_y."""
    return step(
        "Share of its class",
        (r"\pi_y", "π_y"),
        fraction(same("N_y"), same("N")),
        fraction(count(counts[sample.label]), count(counts.sum())),
        number(float(np.exp(prior))),
    )


def moved_step(
    symbols: Pair,
    numbers: Pair,
    sample: SampleNumbers,
    name: str = "Logit, moved by the class's size",
) -> Step:
    """z̃_y, in symbols and in numbers."""
    return step(
        name,
        (r"\tilde z_y", "z̃_y"),
        symbols,
        numbers,
        number(float(sample.adjusted[sample.label])),
    )
