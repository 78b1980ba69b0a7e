"""Weights: what every class and sample counts for under each method, over the epochs."""

from __future__ import annotations

from harmony_core.viewer.panels import WEIGHTS
from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="weights",
    title="Weights",
    icon="balance",
    link_label="See its weights",
    lead=(
        "Which samples count most? What classes and single samples weigh under each method, "
        "how many samples that leaves in effect, and which ones are at the extremes."
    ),
    panels=WEIGHTS,
    terms=("intra balance", "inter balance", "effective number of samples", "re-weighting"),
)

if __name__ == "__main__":
    draw(PAGE)
