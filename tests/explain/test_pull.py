"""The pull of samples and classes against autograd, for every registered loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from harmony_core.config import ExperimentConfig
from harmony_core.explain.pull import pull_of
from harmony_core.training.pull import terms_and_pull

from .test_sample import CASES, COUNTS, EPOCHS, method_of, trained


@pytest.mark.parametrize(("name", "params", "deferral"), CASES)
@pytest.mark.parametrize("epoch", [2, 18])
def test_it_is_the_gradient_of_the_loss_over_that_of_cross_entropy(
    name: str, params: dict[str, Any], deferral: str, epoch: int
) -> None:
    method = method_of(name, params, deferral)
    loss, scene, frame, raw = trained(method, epoch)
    config = ExperimentConfig(methods=(method,), epochs=EPOCHS)
    found = pull_of(config, scene, frame)

    targets = torch.from_numpy(scene.tracked_targets)
    logits = torch.tensor(frame.tracked_logits, dtype=torch.float64, requires_grad=True)
    F.cross_entropy(logits, targets, reduction="sum").backward()
    assert logits.grad is not None
    assert raw.grad is not None
    own = (raw.grad / loss.scale).abs().sum(1).numpy()
    plain = logits.grad.abs().sum(1).numpy()
    with torch.no_grad():
        features = torch.ones(len(raw), 3, dtype=torch.float64)
        units = loss.terms(raw, targets, features).unit.numpy()
    of_class = np.array([units[scene.tracked_targets == c].mean() for c in range(5)])
    unit = (of_class * COUNTS).sum() / COUNTS.sum()
    hard = plain > 1e-3
    assert found.samples[hard] == pytest.approx((own / plain / unit)[hard], rel=1e-4)
    for c in range(5):
        mine = scene.tracked_targets == c
        expected = own[mine].sum() / plain[mine].sum() / unit
        assert found.classes[c] == pytest.approx(expected, rel=1e-4)


def test_under_cross_entropy_every_pull_is_one() -> None:
    method = method_of("ce", {}, "none")
    _, scene, frame, _ = trained(method, 2)
    found = pull_of(ExperimentConfig(methods=(method,), epochs=EPOCHS), scene, frame)
    assert found.classes == pytest.approx(np.ones(5))
    assert found.weights == pytest.approx(np.ones(5))


def test_balanced_softmax_pulls_the_rare_class_although_every_weight_is_one() -> None:
    method = method_of("balanced_softmax", {}, "none")
    _, scene, frame, _ = trained(method, 2)
    found = pull_of(ExperimentConfig(methods=(method,), epochs=EPOCHS), scene, frame)
    assert found.weights == pytest.approx(np.ones(5))
    assert found.classes[4] > 1 > found.classes[0]


def test_a_class_without_a_tracked_sample_has_no_pull() -> None:
    method = method_of("ce", {}, "none")
    _, scene, frame, _ = trained(method, 2)
    counts = np.append(scene.train_counts, 3)
    wider = replace(
        scene,
        class_names=(*scene.class_names, "F"),
        train_counts=counts,
        test_counts=np.append(scene.test_counts, 5),
    )
    logits = np.hstack([frame.tracked_logits, np.full((len(frame.tracked_logits), 1), -9)])
    seen = replace(frame, tracked_logits=logits.astype(np.float16))
    found = pull_of(ExperimentConfig(methods=(method,), epochs=EPOCHS), wider, seen)
    assert np.isnan(found.classes[5])
    assert found.classes[:5] == pytest.approx(np.ones(5))


@pytest.mark.parametrize(("name", "params", "deferral"), CASES)
def test_what_a_training_records_is_what_the_recorded_logits_give(
    name: str, params: dict[str, Any], deferral: str
) -> None:
    method = method_of(name, params, deferral)
    loss, scene, frame, raw = trained(method, 2)
    config = ExperimentConfig(methods=(method,), epochs=EPOCHS)
    features = torch.ones(len(raw), 3, dtype=torch.float64)
    targets = torch.from_numpy(scene.tracked_targets)
    with torch.no_grad():
        before = {name: value.clone() for name, value in loss.state_dict().items()}
        terms, pull = terms_and_pull(loss, raw.detach(), targets, features, np.array(COUNTS))
    assert pull == pytest.approx(pull_of(config, scene, frame).classes, rel=1e-3)
    assert terms.weight.numpy() == pytest.approx(frame.tracked_weight, rel=1e-5)
    assert loss.training
    for name_, value in loss.state_dict().items():
        assert torch.equal(value, before[name_])
