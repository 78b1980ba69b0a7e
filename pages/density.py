"""Gradient density: how hard the samples of each class are, and what that makes them weigh."""

from __future__ import annotations

from harmony_core.viewer.panels import DENSITY
from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="density",
    title="Density",
    icon="equalizer",
    content="pages._arena.page:arena",
    listed=False,
    lead="How hard is each class for each method, and how does that change? The gradient norm g of "
    "a sample is 0 once it is learned and 1 when it is mistaken for another class.",
    panels=DENSITY,
    below=("sandbox",),
    terms=("gradient norm", "gradient density", "unit region", "GHM"),
)

if __name__ == "__main__":
    draw(PAGE)
