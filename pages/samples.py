"""Samples: single ones over the epochs, the extremes, and the formula of one."""

from __future__ import annotations

from harmony_core.viewer.panels import SAMPLES
from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="samples",
    title="Samples",
    icon="grain",
    content="pages._arena.page:arena",
    listed=False,
    lead="Which samples count most? The weight of single samples under each method over the "
    "epochs, those at the extremes, and the formula with the numbers of one.",
    panels=SAMPLES,
    below=("microscope",),
    terms=("gradient norm", "intra balance", "inter balance"),
)

if __name__ == "__main__":
    draw(PAGE)
