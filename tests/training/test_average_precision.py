"""Average precision on the device, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from harmony_core.training.average_precision import macro_average_precision
from tests.training.test_lockstep import run, small_config


def expected(scores: np.ndarray, targets: np.ndarray) -> float:
    classes = np.unique(targets)
    return float(np.mean([average_precision_score(targets == c, scores[:, c]) for c in classes]))


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("digits", [8, 0])
def test_it_agrees_with_scikit_learn_with_and_without_ties(classes: int, digits: int) -> None:
    rng = np.random.default_rng(classes)
    targets = rng.integers(0, classes, 300)
    logits = rng.normal(size=(300, classes)) + 1.5 * np.eye(classes)[targets]
    logits = np.tile(logits[:150].round(digits), (2, 1))  # every score occurs twice
    values = torch.log_softmax(torch.tensor(logits), 1).numpy()
    found = macro_average_precision(torch.tensor(logits), torch.tensor(targets))
    assert float(found) == pytest.approx(expected(values, targets), rel=1e-9)


def test_a_class_without_test_samples_does_not_count() -> None:
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    values = torch.log_softmax(torch.tensor(logits), 1).numpy()
    found = macro_average_precision(torch.tensor(logits), torch.tensor(targets))
    assert float(found) == pytest.approx(expected(values, targets), rel=1e-9)


def test_a_diverged_network_has_none() -> None:
    logits = torch.tensor([[0.0, torch.nan], [1.0, 0.0]])
    assert torch.isnan(macro_average_precision(logits, torch.tensor([0, 1])))


def test_a_large_test_set_is_ranked_after_the_last_epoch_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = small_config(epochs=2)
    small = [frames[0].auprc for frames in run(config)]
    assert all(0 < value <= 1 for value in small)
    monkeypatch.setattr("harmony_core.training.test_set.FEW_SCORES", 10)
    large = [frames[0].auprc for frames in run(config)]
    assert np.isnan(large[:-1]).all()
    assert large[-1] == small[-1]


def test_blocks_of_classes_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = torch.Generator().manual_seed(3)
    logits = torch.randn(40, 7, generator=draw)
    targets = torch.randint(0, 6, (40,), generator=draw)  # none of the last class
    whole = macro_average_precision(logits, targets)
    monkeypatch.setattr("harmony_core.training.average_precision.BLOCK", 80)
    assert torch.equal(macro_average_precision(logits, targets), whole)
