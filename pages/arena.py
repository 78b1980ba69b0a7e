"""The Arena: choose data and methods, press Train, and watch them learn in lockstep."""

from __future__ import annotations

from harmony_core.viewer.panels import ARENA
from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="arena",
    title="Arena",
    icon="stadium",
    content="pages._arena.page:arena",
    panels=ARENA,
    below=("results", "starvation_note", "posthoc", "downloads"),
    sets_up=True,
    terms=("decision boundary", "Bayes rule", "balanced accuracy", "recall", "logit adjustment"),
)

if __name__ == "__main__":
    draw(PAGE)
