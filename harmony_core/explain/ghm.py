"""GHM: one density of gradient norms for all classes."""

from __future__ import annotations

from collections.abc import Iterable

from .base import LossExplanation, SampleNumbers
from .density import Region
from .latex import Step, count, fraction, number, number_latex, number_text, same, step


class GHMExplanation(LossExplanation):
    """w = (n / K) / S[b], with K occupied regions in a batch of n."""

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        region = sample.region
        if region is None:
            return
        yield region_step(region, sample.difficulty)
        if region.density <= 0:
            yield step("Weight by density", same("w"), same("1"))
            return
        yield step(
            "Weight by density",
            same("w"),
            (r"\frac{n / K}{S[b]}", "(n / K) / S[b]"),
            fraction(number(intra * region.density), number(region.density)),
            number(intra),
        )


def region_step(region: Region, grad_norm: float) -> Step:
    """b = min(⌊g M⌋, M − 1)."""
    return step(
        "Unit region",
        same("b"),
        (r"\min(\lfloor g M \rfloor, M - 1)", "min(⌊g·M⌋, M − 1)"),
        (
            rf"\lfloor {number_latex(grad_norm)} \cdot {region.regions} \rfloor",
            f"⌊{number_text(grad_norm)}·{region.regions}⌋",
        ),
        count(region.index),
    )
