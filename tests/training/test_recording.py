"""What is counted, evaluated and recorded, against an independent computation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, log_loss

from harmony_core.config import DataConfig, RecordConfig
from harmony_core.data import build_dataset
from harmony_core.errors import DataError
from harmony_core.losses.base import LossTerms
from harmony_core.training.collector import Collector
from harmony_core.training.compact import as_numpy
from harmony_core.training.evaluate import (
    COMPACT_AT,
    Judge,
    judge,
    mean_cross_entropy,
    most_likely,
)
from harmony_core.training.scene import build_scene, plane_points, stratified

CPU = torch.device("cpu")


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_collector_counts_what_a_loop_counts() -> None:
    m, c, b, n = 2, 3, 4, 50
    rng = np.random.default_rng(1)
    collector = Collector(m, c, b, CPU)
    expected = np.zeros((4, m, c, b))
    for _ in range(3):
        g, w = rng.random((m, n)), rng.random((m, n)) * 2
        g[0, 0] = 1.0  # the last bin is closed
        y = rng.integers(0, c, (m, n))
        terms = [
            LossTerms(
                torch.zeros(n),
                torch.tensor(w[i]),
                torch.tensor(g[i]),
                torch.ones(n),
                torch.tensor(g[i]),
            )
            for i in range(m)
        ]
        collector.add(torch.tensor(y), terms, torch.tensor([1.0, 3.0]))
        for i in range(m):
            for j in range(n):
                cell = (i, y[i, j], min(int(g[i, j] * b), b - 1))
                for row, value in enumerate((1, w[i, j], w[i, j] * g[i, j], w[i, j] ** 2)):
                    expected[row][cell] += value
    sums, loss = collector.finish()
    np.testing.assert_allclose(sums.numpy(), expected)
    assert loss.tolist() == [1.0, 3.0]
    assert collector.finish()[0].sum() == 0


def test_test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(200, 4)) * 2
    targets = rng.integers(0, 4, 200)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    figures = judge(torch.tensor(logits), torch.tensor(targets))
    np.testing.assert_array_equal(figures.confusion, confusion_matrix(targets, logits.argmax(1)))
    assert float(figures.loss) == pytest.approx(log_loss(targets, probabilities))
    confidence, right = probabilities.max(1), logits.argmax(1) == targets
    gap = 0.0
    for k in range(15):
        inside = (confidence >= k / 15) & ((confidence < (k + 1) / 15) | (k == 14))
        if inside.any():
            gap += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert float(figures.ece) == pytest.approx(gap)


@pytest.mark.parametrize("held", [1, 100, COMPACT_AT])
@pytest.mark.parametrize("classes", [3, 40, 300])
def test_a_test_set_in_chunks_is_measured_as_one(
    classes: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harmony_core.training.evaluate.COMPACT_AT", held)
    logits = 3 * torch.randn(500, classes, generator=seeded(5))
    targets = torch.randint(0, classes, (500,), generator=seeded(6))
    whole = Judge(classes, CPU)
    for part in torch.arange(500).tensor_split((0, 7, 200, 200, 499)):
        whole.add(logits[part], targets[part])
    chunked, once = whole.figures(), judge(logits, targets)
    expected = confusion_matrix(targets, logits.argmax(1), labels=range(classes))
    for figures in (chunked, once):
        assert figures.counts.tolist() == expected[expected > 0].tolist()
        assert figures.cells.tolist() == np.flatnonzero(expected).tolist()
        assert figures.hits.tolist() == np.diag(expected).tolist()
        assert figures.tested.tolist() == expected.sum(axis=1).tolist()
    torch.testing.assert_close(chunked.ece, once.ece)
    torch.testing.assert_close(chunked.loss, once.loss, rtol=1e-6, atol=0)


def test_one_chunk_has_the_mean_loss_of_its_logits_to_the_last_bit() -> None:
    logits = torch.randn(700, 30, generator=seeded(7))
    targets = torch.randint(0, 30, (700,), generator=seeded(8))
    assert float(judge(logits, targets).loss) == float(mean_cross_entropy(logits, targets))


def test_without_test_samples_nothing_is_known() -> None:
    figures = Judge(3, CPU).figures()
    assert figures.confusion.tolist() == [[0] * 3] * 3
    assert figures.loss.isnan()
    assert figures.ece.isnan()


def test_many_classes_have_no_dense_confusion() -> None:
    figures = judge(torch.zeros(5, 1500), torch.arange(5))
    with pytest.raises(DataError, match="1,500 × 1,500"):
        _ = figures.confusion


def test_tracked_samples_keep_the_tail_whole() -> None:
    targets = np.repeat([0, 1, 2], [500, 60, 5])
    rows = stratified(targets, 90, np.random.default_rng(0))
    kept = np.bincount(targets[rows])
    assert kept.tolist() == [43, 42, 5]
    assert len(np.unique(rows)) == 90
    assert stratified(targets, 1000, np.random.default_rng(0)).tolist() == list(range(565))


def test_the_scene_knows_the_bayes_rule_of_the_balanced_problem() -> None:
    dataset = build_dataset(DataConfig("clouds", {"n_max": 100}, imbalance_factor=20), 0)
    scene = build_scene(dataset, RecordConfig(grid=20, embedding=True, landmarks=300), 0)
    assert scene.extent is not None
    assert scene.bayes_class is not None
    assert scene.bayes_density is not None
    assert scene.bayes_accuracy is not None
    assert dataset.truth is not None
    grid = plane_points(scene.extent, 20)
    expected = dataset.truth.log_density(grid).argmax(1).reshape(20, 20)
    np.testing.assert_array_equal(scene.bayes_class, expected)
    assert scene.bayes_density.sum() == pytest.approx(1, abs=1e-5)
    assert 0.5 < scene.bayes_accuracy <= 1
    x0, x1, y0, y1 = scene.extent
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert grid[0].tolist() == pytest.approx([x0 + (x1 - x0) / 40, y0 + (y1 - y0) / 40])
    assert scene.landmark_index is not None
    assert len(scene.landmark_index) <= 300
    tail = np.flatnonzero(dataset.train_targets == len(dataset.class_names) - 1)
    assert np.isin(tail, scene.landmark_index).all()


def test_a_diverged_network_is_still_recorded() -> None:
    values = torch.tensor([1.0, 1e9, -1e9, float("inf"), float("nan")])
    kept = as_numpy(values, np.float16)
    assert kept[:4].tolist() == [1.0, 65504.0, -65504.0, 65504.0]
    assert np.isnan(kept[4])


@pytest.mark.parametrize("classes", [2, 5, 40])
def test_the_most_likely_class_and_its_probability(classes: int) -> None:
    logits = 3 * torch.randn(300, classes, generator=seeded(4))
    confidence, label = most_likely(logits)
    expected = torch.softmax(logits, 1)
    torch.testing.assert_close(confidence, expected.max(1).values)
    assert torch.equal(label, logits.argmax(1))
