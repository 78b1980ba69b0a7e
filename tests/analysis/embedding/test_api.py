"""Any model: arrays or tensors in, a picture out; odd data gets a clear answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from harmony_core.analysis.embedding import EmbeddingSettings, embed_model, embed_models
from harmony_core.errors import ConfigError, DataError
from harmony_core.plots.embedding.figure import embedding_figure

from .blobs import blobs

FEATURES, LOGITS, LABELS = blobs()


def test_tensors_of_any_model() -> None:
    picture = embed_model(
        torch.tensor(FEATURES, requires_grad=True),
        torch.tensor(LOGITS).to(torch.bfloat16),
        torch.tensor(LABELS),
    )
    assert picture.positions.shape == (120, 2)
    assert picture.panel.region_class.shape == (120, 120)
    assert picture.fidelity.agreement["all"].total == 120
    assert picture.fidelity.agreement["all"].rate > 0.95


def test_figures_are_of_test_samples_where_there_are_any() -> None:
    is_test = np.arange(120) >= 100
    picture = embed_model(FEATURES, LOGITS, LABELS, is_test=is_test, train_counts=[50, 20, 10, 3])
    assert picture.fidelity.agreement["all"].total == 20
    assert picture.fidelity.agreement["tail"].total == 5


def test_samples_beyond_the_landmarks_are_placed_among_them() -> None:
    picture = embed_model(FEATURES, LOGITS, LABELS, most=60)
    assert len(picture.rows) == 60
    assert picture.positions.shape == (120, 2)
    np.testing.assert_array_equal(picture.positions[picture.rows], picture.panel.positions)
    centres = np.stack([picture.positions[LABELS == c].mean(axis=0) for c in range(4)])
    nearest = ((picture.positions[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == LABELS).mean() > 0.95


def test_ten_thousand_samples_of_512_features_under_four_models() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 10, 10_000)
    centres = rng.normal(size=(10, 512)).astype(np.float32)
    features = rng.normal(size=(10_000, 512)).astype(np.float32) + 0.5 * centres[labels]
    models = {}
    for name in "abcd":
        features = features + np.float32(0.1) * rng.normal(size=512).astype(np.float32)
        models[name] = (features.astype(np.float16), features @ centres.T / 8)
    picture = embed_models(models, labels, settings=EmbeddingSettings(layout="pca"))
    assert len(picture.rows) == 2000  # what is laid out, and what a figure has to carry
    assert [everyone.shape for everyone in picture.all_positions] == 4 * [(10_000, 2)]
    assert all(np.isfinite(everyone).all() for everyone in picture.all_positions)
    figure = embedding_figure(picture.frame, picture.landmarks)
    assert len(figure.to_json()) < 1_500_000
    assert np.bincount(labels[picture.rows]).min() > 150


def test_models_share_one_frame() -> None:
    picture = embed_models({"a": (FEATURES, LOGITS), "b": (FEATURES, LOGITS)}, LABELS)
    assert [panel.label for panel in picture.frame.panels] == ["a", "b"]
    np.testing.assert_array_equal(*picture.all_positions)


@pytest.mark.parametrize(
    ("features", "logits", "labels", "message"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), [0, 1], "at least 3 samples"),
        (np.full((9, 3), np.nan), np.zeros((9, 2)), [0] * 9, "NaN or infinity in 9 of 9 rows"),
        (np.zeros((9, 3)), np.full((9, 2), np.inf), [0] * 9, "NaN or infinity"),
        (np.zeros((9, 3, 2)), np.zeros((9, 2)), [0] * 9, "Flatten"),
        (np.zeros((9, 3)), np.zeros((8, 2)), [0] * 9, "one row of logits"),
        (np.zeros((9, 3)), np.zeros((9, 2)), [0] * 8, "labels to be whole numbers"),
        (np.zeros((9, 3)), np.zeros((9, 2)), [0.5] * 9, "labels to be whole numbers"),
        (np.zeros((9, 3)), np.zeros((9, 2)), [2] * 9, r"labels in \[0, 2\)"),
        (np.array([["a"] * 3] * 9), np.zeros((9, 2)), [0] * 9, "to be numbers"),
    ],
)
def test_what_cannot_be_drawn_says_why(
    features: Any, logits: Any, labels: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        embed_model(features, logits, labels)


RANDOM = np.random.default_rng(0)


def noise(*shape: int) -> Any:
    return RANDOM.normal(size=shape)


ODD: dict[str, tuple[Any, Any, list[int]]] = {
    "3 samples": (noise(3, 4), noise(3, 2), [0, 1, 0]),
    "constant features": (np.ones((40, 4)), noise(40, 2), [0, 1] * 20),
    "everything constant": (np.ones((40, 4)), np.ones((40, 2)), [0, 1] * 20),
    "one class": (noise(40, 4), noise(40, 1), [0] * 40),
    "duplicates only": (np.eye(2).repeat(20, 0), np.eye(2).repeat(20, 0), [0] * 20 + [1] * 20),
    "two classes of one sample": (noise(4, 3), noise(4, 3), [0, 0, 1, 2]),
    "one feature": (noise(30, 1), noise(30, 2), [0, 1] * 15),
    "huge features": (noise(30, 3) * 1e30, noise(30, 2) * 1e4, [0, 1] * 15),
}


@pytest.mark.parametrize("layout", ["umap", "pca"])
@pytest.mark.parametrize("name", ODD)
def test_odd_data_gives_a_finite_picture(name: str, layout: str) -> None:
    features, logits, labels = ODD[name]
    picture = embed_model(features, logits, labels, settings=EmbeddingSettings(layout=layout))
    panel = picture.panel
    assert np.isfinite(picture.positions).all()
    assert np.isfinite(panel.radius)
    assert panel.fidelity.agreement["all"].total == len(labels)
    said = " ".join(panel.notes)
    if "constant" in name:
        assert "same features" in said
    if name in ("one class", "everything constant"):
        assert "same class" in said
    assert ("have features of their own" in said) == (name == "duplicates only")
    assert ("All samples are of one class" in said) == (name == "one class")
    if name == "3 samples":
        assert "fewer than a neighbourhood" in said
    if name == "one class":
        assert panel.fidelity.silhouette == {}


def test_settings_are_checked_and_have_a_key() -> None:
    with pytest.raises(ConfigError, match="n_neighbors"):
        EmbeddingSettings(n_neighbors=2)
    with pytest.raises(ConfigError, match="metric"):
        EmbeddingSettings(metric="manhattan")
    with pytest.raises(ConfigError, match="embedding setting"):
        EmbeddingSettings.from_dict({"perplexity": 3})
    assert EmbeddingSettings().key == EmbeddingSettings.from_dict({}).key
    assert EmbeddingSettings(mixing=0).key != EmbeddingSettings().key
    assert EmbeddingSettings(mixing=0).key == EmbeddingSettings(mixing=0.0).key


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_every_metric(metric: str) -> None:
    found = embed_model(FEATURES, LOGITS, LABELS, settings=EmbeddingSettings(metric=metric))
    assert found.fidelity.agreement["all"].rate > 0.95
