"""Embedding: what each method has learned as a map of samples, and how far that map is true."""

from __future__ import annotations

from pages._common.parts import draw
from pages._embedding.body import body
from pages._run.experiment import experiment


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
