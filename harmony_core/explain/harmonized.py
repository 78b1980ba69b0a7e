"""The harmonized loss: logits moved by class size, weights by the density of the own class.

Our reconstruction; see `harmony_core.losses.harmonized`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

import numpy as np

from ..arrays import Array
from ..parameters import Value
from .base import PULL, LossExplanation, SampleNumbers, one_minus
from .density import Region, region_rarities
from .ghm import region_step
from .latex import Pair, Step, fraction, number, number_latex, number_text, same, step, times
from .logit_adjusted import prior_steps
from .numbers import cross_entropy, inverse_frequency, log_prior
from .weighted import inverse_frequency_step

INTRA = (r"w_y[b]", "w_y[b]")
NEARLY_INVERSE = 0.75
"""Exponent α from which a density's weights count as its plain inverse."""


class HarmonizedExplanation(LossExplanation):
    """z̃ = z + τ log π, or u_c ∝ N_c^{−ρ}; w_y[b] by the density of the sample's class."""

    intra_symbol = INTRA
    warm_up_note = (
        "The intra weights are held at 1 while the training warms up; the density is already "
        "being counted."
    )

    def __init__(self, params: Mapping[str, Value], counts: Array) -> None:
        super().__init__(params, counts)
        self.smoothing = float(self.params["smoothing"])
        self.strength = float(self.params["alpha"])
        """α_t, the strength in the epoch that is explained"""

    @staticmethod
    def plain_inverse_density(params: Mapping[str, Value]) -> bool:
        return not params["envelope"] and float(params["alpha"]) >= NEARLY_INVERSE

    def offset(self) -> Array | None:
        if self.params["inter"] != "margin":
            return None
        return np.asarray(self.params["tau"] * log_prior(self.counts))

    def class_weights(self) -> Array:
        if self.params["inter"] != "weight":
            return super().class_weights()
        return inverse_frequency(self.counts, self.params["rho"])

    @property
    def judges_plain(self) -> bool:
        """Whether g is that of the plain logits and differs from the gradient norm."""
        return self.params["difficulty"] == "plain" and self.offset() is not None

    def difficulty(self, logits: Array, grad_norm: float, label: int) -> float:
        if not self.judges_plain:
            return grad_norm
        return float(np.clip(-np.expm1(-cross_entropy(logits, label)), 0, 1))

    def scheduled(self, epoch: int, epochs: int) -> HarmonizedExplanation:
        """α_t of the epoch's training; the untrained network of epoch 0 has the full α."""
        found = copy(self)
        alpha, anneal = float(self.params["alpha"]), float(self.params["anneal"])
        if anneal and epoch:
            found.strength = alpha * max(0.0, 1 - (epoch - 1) / (anneal * epochs))
        return found

    def warming_up(self, epoch: int, epochs: int) -> bool:
        """Through ``warmup`` epochs, at most a tenth of the training."""
        return 0 < epoch <= min(int(self.params["warmup"]), epochs // 10)

    def rarities(self, shares: Array) -> Array | None:
        return region_rarities(shares, self.strength, bool(self.params["envelope"]))

    def difficulty_step(self, p: Pair, probability: float, sample: SampleNumbers) -> Step:
        if not self.judges_plain:
            return super().difficulty_step(p, probability, sample)
        plain = same("p_y")
        return step(
            "Difficulty, without the margin",
            same("g"),
            one_minus(plain),
            one_minus(number(1 - sample.difficulty)),
            number(sample.difficulty),
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        if not self.judges_plain:
            return super().pull_step(sample, weight)
        return step(
            *PULL,
            (r"\text{weight} \cdot (1 - \tilde p_y)", "weight · (1 − p̃_y)"),
            times(number(weight), number(sample.grad_norm)),
            number(weight * sample.grad_norm),
        )

    def notes(self, sample: SampleNumbers) -> list[str]:
        notes = super().notes(sample)
        alpha = float(self.params["alpha"])
        if self.strength != alpha:
            notes.append(
                f"By this epoch α has fallen from {alpha:g} to {self.strength:.3g}; it ends near 0."
            )
        return notes

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        if self.offset() is None:
            return ()
        return prior_steps(self.counts, float(self.params["tau"]), sample)

    def class_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        if sample.class_weight != 1:
            yield inverse_frequency_step(self.counts, float(self.params["rho"]), sample)

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        region = sample.region
        if region is None:
            return
        yield region_step(region, sample.difficulty)
        if self.strength == 0:
            yield step("Intra weight", INTRA, same("1"))
            return
        yield self._share_step(region)
        yield self._rarity_step(region)
        yield step(
            "Intra weight",
            INTRA,
            (r"\frac{r[b]}{\sum_{b'} p[b']\,r[b']}", "r[b] / Σ p·r"),
            fraction(number(region.rarity), number(region.mean)),
            number(intra),
        )

    def _share_step(self, region: Region) -> Step:
        """p[b] = (A[b] + λ) / Σ (A + λ)."""
        count, smoothing = number(region.density), number(self.smoothing)
        total = number(region.total + self.smoothing * region.regions)
        return step(
            "Share of its region",
            same("p[b]"),
            (r"\frac{A[b] + \lambda}{\sum_{b'} (A[b'] + \lambda)}", "(A[b] + λ) / Σ(A + λ)"),
            (
                rf"\frac{{{count[0]} + {smoothing[0]}}}{{{total[0]}}}",
                f"({count[1]} + {smoothing[1]}) / {total[1]}",
            ),
            number(region.share),
        )

    def _rarity_step(self, region: Region) -> Step:
        """r[b] = p[b]^{−α}, or its running maximum with the envelope."""
        power = number(-self.strength)
        if self.params["envelope"]:
            symbols = (r"\max_{b' \le b} p[b']^{-\alpha}", "max over b' ≤ b of p[b']^(−α)")
            numbers = (
                rf"\max_{{b' \le {region.index}}} p[b']^{{{power[0]}}}",
                f"max over b' ≤ {region.index} of p[b']^{power[1]}",
            )
        else:
            symbols = (r"p[b]^{-\alpha}", "p[b]^(−α)")
            numbers = (
                rf"({number_latex(region.share)})^{{{power[0]}}}",
                f"{number_text(region.share)}^{power[1]}",
            )
        return step("Rarity of its region", same("r[b]"), symbols, numbers, number(region.rarity))
