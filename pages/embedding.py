"""Embedding: what each method has learned as a map of samples, and how far that map is true."""

from __future__ import annotations

from pages._embedding.page import body
from pages._experiment.page import experiment
from pages._shared.page import draw


def embedding() -> None:
    experiment(
        "embedding",
        "Embedding",
        "Which samples look alike to each network, and what does it call them? Every dot is a "
        "sample, the colour behind it the network’s own answer, and each map says how far it can "
        "be trusted.",
        body,
    )


draw(embedding)
