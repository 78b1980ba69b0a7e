"""Concentric rings: the head is the outermost, the rarest class the bull's eye."""

from __future__ import annotations

from ..densities import Mixture
from .curves import ALONG, chain, circle
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    gap = 1.1 / (classes - 0.6)
    circles = [circle(ALONG, gap * (classes - c - 0.6)) for c in range(classes)]
    return chain(circles, 0.32 * gap * spread)


SCENARIO = scenario(
    name="rings",
    title="Rings",
    summary="Concentric rings; the rarest class is the bull's eye.",
    lesson="The rarest class is swallowed from all sides at once, though it is nowhere near the "
    "head.",
    classes=(4, 2, 7),
    density=density,
)
