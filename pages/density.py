"""Gradient density: how hard the samples of every class are, and what that makes them weigh."""

from __future__ import annotations

from pages._experiment.page import experiment
from pages._shared.page import draw


def density() -> None:
    experiment(
        "density",
        "Gradient density",
        "How hard is each class for each method, and how does that change? The gradient norm g of "
        "a sample is 0 when it is learned and 1 when it is taken for another class.",
    )


draw(density)
