"""The picture of any model: features, logits and labels in, layout, regions and fidelity out.

from harmony_core.analysis.embedding import embed_model

picture = embed_model(features, logits, labels)
picture.positions          # (n, 2), every sample
picture.panel.region_class # the network's regions
print(picture.fidelity.agreement["all"].percent())
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .features import MIN_SAMPLES, as_array, check_model_output, mixed, probabilities
from .placement import choose_landmarks, place_others
from .result import EmbeddingFrame, Fidelity, Landmarks, Panel
from .sequence import EmbeddingMovie, View
from .settings import EmbeddingSettings

MOST = 2000


@dataclass(frozen=True)
class Embedding:
    """One picture of one or several networks."""

    frame: EmbeddingFrame
    """The landmarks, one panel for each network"""
    landmarks: Landmarks
    rows: Array
    """(l,) int64: which samples are landmarks"""
    all_positions: tuple[Array, ...]
    """For each network (n, 2) float32: every sample; those that are not landmarks are placed among
    the landmarks"""

    @property
    def panel(self) -> Panel:
        return self.frame.panels[0]

    @property
    def fidelity(self) -> Fidelity:
        return self.panel.fidelity

    @property
    def positions(self) -> Array:
        return self.all_positions[0]


def embed_model(features: Any, logits: Any, labels: Any, **options: Any) -> Embedding:
    """The picture of one network; ``options`` are those of `embed_models`."""
    return embed_models({"": (features, logits)}, labels, **options)


def embed_models(
    models: Mapping[str, tuple[Any, Any]],
    labels: Any,
    *,
    is_test: Any = None,
    train_counts: Any = None,
    class_names: Sequence[str] = (),
    settings: EmbeddingSettings | None = None,
    most: int = MOST,
    plane: Any = None,
) -> Embedding:
    """The same samples under several networks, in one frame of reference.

    ``models`` maps a name to features (n, d) and logits (n, c), arrays or tensors; multiply the
    logits by the loss's scale, if it has one. ``labels`` (n,) are the true classes: they choose
    landmarks and make figures, and never place a dot. ``is_test`` (n,) marks test samples: the
    figures are theirs, where there are any. ``train_counts`` (c,) says which classes are the tail
    (default: counted from the samples that are no test samples). At most ``most`` samples are laid
    out, rare classes first.
    """
    if not models:
        raise DataError("Expected at least one model, but got none.")
    checked = {name: check_model_output(*parts) for name, parts in models.items()}
    n, c = next(iter(checked.values()))[1].shape
    for name, (_, logits) in checked.items():
        if logits.shape != (n, c):
            raise DataError(
                f"Expected logits of {name!r} to be of shape ({n}, {c}), as the first model's, "
                f"but got {logits.shape}. Ask all models about the same samples and classes."
            )
    targets = _check_labels(labels, n, c)
    test = np.zeros(n, dtype=bool) if is_test is None else as_array(is_test).astype(bool)
    if test.shape != (n,):
        raise DataError(f"Expected is_test to be of shape ({n},), but got {test.shape}.")
    if train_counts is None:
        known = targets[~test] if (~test).any() else targets
        counts = np.bincount(known, minlength=c)
    else:
        counts = as_array(train_counts).astype(np.int64)
        if counts.shape != (c,):
            raise DataError(f"Expected train_counts to be of shape ({c},), but got {counts.shape}.")
    if most < MIN_SAMPLES:
        raise DataError(f"Expected `most` to be at least {MIN_SAMPLES}, but got {most}.")
    settings = settings or EmbeddingSettings()
    rows = choose_landmarks(targets, most, settings.seed)
    landmarks = Landmarks(targets[rows], test[rows], counts, tuple(class_names))
    flat = None if plane is None else as_array(plane)[rows]
    views = [
        View(features[rows], logits[rows], name, i)
        for i, (name, (features, logits)) in enumerate(checked.items())
    ]
    frame = EmbeddingMovie(landmarks, settings, flat).step(0, views)
    placed = []
    for panel, (features, logits) in zip(frame.panels, checked.values(), strict=True):
        everyone = panel.positions
        if len(rows) < n:
            vectors = mixed(features, probabilities(logits), settings.mixing, settings.metric)
            everyone = place_others(vectors, vectors[rows], panel.positions)
            everyone[rows] = panel.positions
        placed.append(everyone)
    return Embedding(frame, landmarks, rows, tuple(placed))


def _check_labels(labels: Any, n: int, c: int) -> Array:
    targets = as_array(labels)
    if targets.shape != (n,) or targets.dtype.kind not in "iu":
        raise DataError(
            f"Expected labels to be whole numbers of shape ({n},), "
            f"but got {targets.dtype} of shape {targets.shape}."
        )
    if targets.min() < 0 or targets.max() >= c:
        raise DataError(
            f"Expected labels in [0, {c}), one column of logits for each class, "
            f"but got {targets.min()} to {targets.max()}."
        )
    return targets.astype(np.int64)
