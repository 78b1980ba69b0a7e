"""Weights: what every class counts for and pulls under each method, over the epochs."""

from __future__ import annotations

from harmony_core.viewer.panels import CLASS_WEIGHTS
from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="weights",
    title="Weights",
    icon="balance",
    content="pages._arena.page:arena",
    listed=False,
    lead=(
        "Which classes count most? What they weigh and how hard they pull under each method, and "
        "how many samples that leaves in effect."
    ),
    panels=CLASS_WEIGHTS,
    below=("pull",),
    terms=("intra balance", "inter balance", "effective number of samples", "re-weighting"),
)

if __name__ == "__main__":
    draw(PAGE)
