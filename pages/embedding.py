"""Embedding: what each method has learned as a map of samples, and how far that map is true."""

from __future__ import annotations

from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="embedding",
    title="Embedding",
    icon="bubble_chart",
    content="pages._arena.page:arena",
    listed=False,
    lead="Which samples look alike to each network, and which class does it give them? Every dot "
    "is a sample, the colour behind it the network’s own answer, and each map says how far it can "
    "be trusted.",
    view="pages._embedding.page:embedding",
    example="pages._embedding.example:example",
    terms=("features", "decision boundary", "seed"),
)

if __name__ == "__main__":
    draw(PAGE)
