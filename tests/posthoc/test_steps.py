"""Each post-hoc step against an oracle that shares no code with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import normalize

from harmony_core.posthoc import Head, Trained, new_head
from tests.posthoc.features import COUNTS, balanced_loss, balanced_recall, draw, trained


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def predictions(head: Head, features: np.ndarray) -> np.ndarray:
    return np.asarray(head.logits(torch.tensor(features)).argmax(1))


@pytest.mark.parametrize("tau", [0.0, 0.7, 1.0])
def test_logit_adjustment_takes_the_log_prior_off_the_logits(tau: float) -> None:
    source = trained()
    features, _ = draw((30, 30, 30), 2)
    prior = np.array(COUNTS) / sum(COUNTS)
    plain = source.head.logits(torch.tensor(features)).numpy()
    adjusted = new_head("logit_adjustment", source, tau=tau).logits(torch.tensor(features)).numpy()
    np.testing.assert_allclose(adjusted, plain - tau * np.log(prior), rtol=1e-12)


def test_tau_normalisation_by_hand() -> None:
    head = Head(torch.tensor([[3.0, 4.0], [0.0, 0.25]]), torch.tensor([5.0, -7.0]))
    source = Trained(head, torch.eye(2), torch.tensor([0, 1]))
    for tau, expected in {
        0.0: [[3.0, 4.0], [0.0, 0.25]],
        0.5: [[3 / 5**0.5, 4 / 5**0.5], [0.0, 0.5]],
        1.0: [[0.6, 0.8], [0.0, 1.0]],
        2.0: [[0.12, 0.16], [0.0, 4.0]],
    }.items():
        found = new_head("tau_norm", source, tau=tau)
        torch.testing.assert_close(found.weight, torch.tensor(expected))
        assert found.bias.tolist() == [0.0, 0.0]


def test_a_class_with_zero_weights_stays_finite() -> None:
    head = Head(torch.zeros(2, 2), torch.zeros(2))
    source = Trained(head, torch.zeros(2, 2), torch.tensor([0, 1]))
    for step in ("tau_norm", "ncm", "crt", "lws"):
        found = new_head(step, source)
        assert bool(found.weight.isfinite().all() and found.bias.isfinite().all()), step


def test_the_nearest_mean_is_that_of_scikit_learn() -> None:
    source = trained()
    features, _ = draw((200, 200, 200), 3)
    centroids = NearestCentroid().fit(source.features.numpy(), source.targets.numpy())
    found = new_head("ncm", source, metric="euclidean")
    np.testing.assert_array_equal(predictions(found, features), centroids.predict(features))
    distance = ((features[:, None] - centroids.centroids_) ** 2).sum(2)
    logits = found.logits(torch.tensor(features)).numpy()
    np.testing.assert_allclose(logits, (features**2).sum(1, keepdims=True) - distance)


def test_the_nearest_mean_by_cosine_is_the_one_with_the_largest_cosine() -> None:
    source = trained()
    features, _ = draw((200, 200, 200), 3)
    centroids = NearestCentroid().fit(source.features.numpy(), source.targets.numpy())
    cosines = normalize(features) @ normalize(centroids.centroids_).T
    found = new_head("ncm", source)
    np.testing.assert_array_equal(predictions(found, features), cosines.argmax(1))
    assert (cosines.argmax(1) != centroids.predict(features)).any()  # the two metrics differ


def test_crt_finds_the_balanced_logistic_regression() -> None:
    """The minimum of the class-balanced loss, as scikit-learn finds it with class weights."""
    source = trained()
    model = LogisticRegression(C=1e4, class_weight="balanced", max_iter=2000)
    model.fit(source.features.numpy(), source.targets.numpy())
    best = balanced_loss(Head(torch.tensor(model.coef_), torch.tensor(model.intercept_)), source)
    losses = [
        balanced_loss(new_head("crt", source, seeded(3), epochs=epochs), source)
        for epochs in (1, 5, 100)
    ]
    assert balanced_loss(source.head, source) > losses[2] + 0.1
    assert np.log(3) > losses[0] > losses[1] > losses[2] > best
    assert losses[2] < best + 0.02


def test_lws_scales_each_class_and_lowers_the_balanced_loss() -> None:
    source = trained()
    found = new_head("lws", source, seeded(0), epochs=60)
    weight = (found.weight / source.head.weight).numpy()
    np.testing.assert_allclose(weight, np.broadcast_to(weight[:, :1], weight.shape))
    np.testing.assert_allclose(found.bias / source.head.bias, weight[:, 0])
    assert len(set(weight[:, 0].round(6))) == 3
    assert balanced_loss(found, source) < balanced_loss(source.head, source) - 0.02


def test_every_step_helps_the_tail_of_a_plain_classifier() -> None:
    source = trained()
    before = balanced_recall(source.head)
    for step in ("logit_adjustment", "ncm", "crt", "lws"):
        assert balanced_recall(new_head(step, source)) > before + 0.03, step


@pytest.mark.parametrize("step", ["crt", "lws"])
def test_training_depends_on_the_generator_alone(step: str) -> None:
    source = trained()
    first, again, other = (new_head(step, source, seeded(s)) for s in (5, 5, 6))
    assert torch.equal(first.weight, again.weight)
    assert torch.equal(first.bias, again.bias)
    assert not torch.equal(first.weight, other.weight)


@pytest.mark.parametrize("step", ["crt", "lws"])
def test_batches_are_balanced(step: str) -> None:
    """Copies of the samples of one class change how often each is drawn, not the class."""
    source = trained((60, 60, 60))
    rows = torch.cat([torch.arange(180), *[torch.arange(60)] * 9])
    long = Trained(source.head, source.features[rows], source.targets[rows])
    assert long.counts.tolist() == [600, 60, 60]
    plain, copied = (new_head(step, s, seeded(0), epochs=150, lr=0.5) for s in (source, long))
    assert balanced_loss(copied, source) == pytest.approx(balanced_loss(plain, source), abs=0.01)
