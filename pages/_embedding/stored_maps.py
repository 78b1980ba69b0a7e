"""Pictures from disk, checked against the experiment before anything is drawn from them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from harmony_core.analysis.embedding import (
    EmbeddingFrame,
    EmbeddingSettings,
    Landmarks,
    Panel,
    load_embedding,
)
from harmony_core.errors import RunError
from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.embedding.store import embedding_path

from .._shared.backend import store


def read(
    run_id: str, repeat: int, settings: EmbeddingSettings, epoch: int, landmarks: Landmarks
) -> EmbeddingFrame:
    """One epoch's picture; `RunError` if the file is damaged or belongs to other samples."""
    path = embedding_path(store().root, run_id, repeat, settings, epoch)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise RunError(
            f"Expected the picture of epoch {epoch}, but got: {error.strerror or error}. "
            "Draw the pictures again."
        ) from error
    frame = _load(path, changed)
    n, c = len(landmarks.targets), len(landmarks.train_counts)
    if not all(_fits(panel, n, c) for panel in frame.panels) or not frame.panels:
        raise RunError(
            f"Expected {path.name} to show the {n} samples and {c} classes of this experiment, but "
            "it holds something else. Draw the pictures again."
        )
    names = _labels(store().root, run_id)
    if not all(0 <= panel.method < len(names) for panel in frame.panels):
        raise RunError(
            f"Expected {path.name} to show the {len(names)} methods of this experiment, but it "
            "holds something else. Draw the pictures again."
        )
    panels = tuple(replace(panel, label=names[panel.method]) for panel in frame.panels)
    return replace(frame, panels=panels)


@lru_cache(maxsize=64)
def _labels(root: Path, run_id: str) -> tuple[str, ...]:
    """The names of the methods, no two alike; an experiment's methods never change."""
    del root
    return tuple(method_labels(store().get(run_id).config.methods))


@lru_cache(maxsize=64)
def _load(path: Path, changed: int) -> EmbeddingFrame:
    del changed
    return load_embedding(path)


def _fits(panel: Panel, n: int, c: int) -> bool:
    dots = (panel.predicted, panel.confidence, panel.map_class)
    regions = panel.region_class, panel.region_purity
    return (
        panel.positions.shape == (n, 2)
        and all(array.shape == (n,) for array in dots)
        and regions[0].ndim == 2
        and regions[0].shape == regions[1].shape
        and all(int(array.max(initial=0)) < c for array in (*dots[::2], regions[0]))
        and bool(np.isfinite(panel.positions).all() and np.isfinite(panel.extent).all())
    )
