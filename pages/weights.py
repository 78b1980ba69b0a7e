"""Weights: what every class and sample counts for under each method, over the epochs."""

from __future__ import annotations

from pages._experiment.page import experiment
from pages._shared.page import draw


def weights() -> None:
    experiment(
        "weights",
        "Weights",
        "Who is listened to? What classes and single samples weigh under each method, how many "
        "samples that leaves in effect, and who is at the extremes.",
    )


draw(weights)
