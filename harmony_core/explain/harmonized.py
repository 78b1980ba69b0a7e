"""The harmonized loss: logits moved by class size, weights by the density of the own class.

Our reconstruction; see `harmony_core.losses.harmonized`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..arrays import Array
from ..parameters import Value
from .base import LossExplanation, SampleNumbers
from .density import Region, region_rarities
from .ghm import region_step
from .latex import Step, fraction, number, number_latex, number_text, same, step
from .logit_adjusted import prior_steps
from .numbers import inverse_frequency, log_prior
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

    def warming_up(self, epoch: int, epochs: int) -> bool:
        """Through ``warmup`` epochs, at most a tenth of the training."""
        return 0 < epoch <= min(int(self.params["warmup"]), epochs // 10)

    def rarities(self, shares: Array) -> Array | None:
        return region_rarities(shares, float(self.params["alpha"]), bool(self.params["envelope"]))

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
        yield region_step(region, sample.grad_norm)
        if float(self.params["alpha"]) == 0:
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
        power = number(-float(self.params["alpha"]))
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
