"""Weights: what every class and sample counts for under each method, over the epochs."""

from __future__ import annotations

from pages._common.parts import draw
from pages._run.experiment import experiment


def weights() -> None:
    experiment(
        "weights",
        "Weights",
        "Who is listened to? What classes and single samples weigh under each method, how many "
        "samples that leaves in effect, and who is at the extremes.",
    )


draw(weights)
