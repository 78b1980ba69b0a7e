"""Figures of trust against scikit-learn and known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as reference

from harmony_core.analysis.embedding import Share
from harmony_core.analysis.embedding.features import scaled
from harmony_core.analysis.embedding.fidelity import drift, mean_recall, silhouette, trustworthiness

from .blobs import blobs, landmarks

RNG = np.random.default_rng(5)


def test_wilson_interval_by_hand() -> None:
    low, high = Share(8, 10).interval
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert math.isnan(Share(0, 0).rate)
    assert Share(5, 5).interval[1] == 1.0
    assert Share(93, 100).percent() == "93 % (86–97)"


def test_trustworthiness_equals_scikit_learns() -> None:
    features, positions = RNG.normal(size=(120, 6)), RNG.normal(size=(120, 2))
    ours = trustworthiness(features, positions)
    assert ours == pytest.approx(reference(scaled(features), positions, n_neighbors=15), abs=1e-6)
    plane = RNG.normal(size=(60, 2))
    assert trustworthiness(plane, plane) == pytest.approx(1.0)
    assert trustworthiness(plane[:3], plane[:3]) is None


def test_silhouette_by_group() -> None:
    features, _, labels = blobs(90, 3)
    found = silhouette(features, landmarks(labels))
    assert set(found) == {"all", "head", "medium", "tail"}
    assert found["all"] > 0.6
    mixed_up = silhouette(RNG.permutation(features), landmarks(labels))
    assert abs(mixed_up["all"]) < 0.2
    assert silhouette(features, landmarks(np.zeros(90, dtype=np.int64))) == {}


def test_mean_recall_weighs_classes_alike() -> None:
    labels = np.array([0] * 8 + [1] * 2)
    assert mean_recall(landmarks(labels, 1.0), np.zeros(10, dtype=np.int64)) == 0.5


def test_drift_looks_only_at_those_who_stayed() -> None:
    before = np.zeros((6, 2))
    after = before + np.array([[3.0, 4.0]])
    after[3:] += 100
    kept = np.array([1.0, 1.0, 0.5, 0.4, 0.0, 0.0])
    assert drift(before, after, kept, radius=10.0) == pytest.approx(0.5)
    assert drift(before, after, np.zeros(6), 10.0) is None
