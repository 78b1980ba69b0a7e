"""UMAP pictures of what networks have learned, all methods and epochs in one coordinate system.

Steps, one file each: `features` mixes features and probabilities, `neighbours` finds nearest
neighbours, `graph` turns them into umap's fuzzy graph, `layout` places points and keeps them in
place over epochs and methods, `regions` colours the plane with the network's answers, `fidelity`
measures how far the picture can be trusted, `motion` finds what moved. `embed` does all of it for
any model, `sequence` for one epoch after another; `harmony_core.runs.embedding` for an experiment
on disk.

Axes: l landmarks (the samples in the picture), d features, c classes, k neighbours, g side of the
grid, m methods. Importing this package imports neither umap nor scikit-learn.
"""

from __future__ import annotations

from .embed import Embedding, embed_model, embed_models
from .motion import Stragglers, changed, stragglers, trails
from .result import (
    EmbeddingFrame,
    Fidelity,
    Landmarks,
    Panel,
    Share,
    load_embedding,
    save_embedding,
)
from .samples import sample_terms, tracked_rows
from .sequence import EmbeddingMovie, View
from .settings import SETTINGS, EmbeddingSettings

__all__ = [
    "SETTINGS",
    "Embedding",
    "EmbeddingFrame",
    "EmbeddingMovie",
    "EmbeddingSettings",
    "Fidelity",
    "Landmarks",
    "Panel",
    "Share",
    "Stragglers",
    "View",
    "changed",
    "embed_model",
    "embed_models",
    "load_embedding",
    "sample_terms",
    "save_embedding",
    "stragglers",
    "tracked_rows",
    "trails",
]
