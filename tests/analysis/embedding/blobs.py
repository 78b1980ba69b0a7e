"""Data whose picture is known."""

from __future__ import annotations

import numpy as np

from harmony_core.analysis.embedding import EmbeddingSettings, Landmarks
from harmony_core.arrays import Array

FEATURES_ONLY = EmbeddingSettings(mixing=0.0)


def blobs(n: int = 120, c: int = 4, d: int = 8, seed: int = 0) -> tuple[Array, Array, Array]:
    """Features of far-apart clouds, confident logits, labels; every class has n / c samples."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % c
    features = rng.normal(size=(n, d)) + 12.0 * np.eye(c, d)[labels]
    logits = 8.0 * np.eye(c)[labels] + rng.normal(scale=0.1, size=(n, c))
    return features.astype(np.float32), logits.astype(np.float32), labels


def landmarks(labels: Array, test_share: float = 0.5) -> Landmarks:
    """The first samples are training samples; class 0 is the head, the last one the tail."""
    is_test = np.arange(len(labels)) >= len(labels) * (1 - test_share)
    counts = np.sort(np.bincount(labels) * np.arange(1, labels.max() + 2))[::-1].copy()
    return Landmarks(labels, is_test, counts)
