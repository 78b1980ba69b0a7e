"""The largest logits of samples, against all of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from harmony_core.arrays import Array
from harmony_core.errors import DataError
from harmony_core.top_logits import (
    TOP,
    TopLogits,
    all_logits,
    own_probability,
    predicted_of,
)
from harmony_core.training.compact import logits_of

K, C = 60, 300


@pytest.fixture(params=[0.5, 3.0, 30.0], ids="spread {}".format)
def recorded(request: pytest.FixtureRequest) -> tuple[Array, Array, TopLogits]:
    """All logits, the classes, and what is recorded of them."""
    rng = np.random.default_rng(3)
    logits = request.param * rng.normal(size=(K, C)).astype(np.float32)
    targets = rng.integers(0, C, K)
    targets[:20] = logits[:20].argmax(axis=1)  # some are predicted correctly
    found = logits_of(torch.from_numpy(logits), torch.from_numpy(targets))
    assert isinstance(found, TopLogits)
    return logits, targets, found


def test_class_and_probability_are_those_of_all_logits(
    recorded: tuple[Array, Array, TopLogits],
) -> None:
    logits, targets, top = recorded
    assert top.shape == logits.shape
    assert len(top) == K
    assert predicted_of(top).tolist() == predicted_of(logits).tolist()
    expected = own_probability(logits, targets)
    np.testing.assert_allclose(own_probability(top, targets), expected, rtol=1e-5, atol=1e-12)


def test_spread_logits_keep_what_is_known(recorded: tuple[Array, Array, TopLogits]) -> None:
    logits, targets, top = recorded
    full = top.spread().astype(float)
    p = np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum(axis=1, keepdims=True)
    q = np.exp(full) / np.exp(full).sum(axis=1, keepdims=True)
    for i in range(K):
        known = top.known(i)
        assert known[targets[i]]
        assert TOP <= known.sum() <= TOP + 1
        np.testing.assert_allclose(q[i, known], p[i, known], rtol=0.01, atol=1e-6)
        assert q[i, ~known].std() < 1e-9
        assert q[i, ~known].sum() == pytest.approx(p[i, ~known].sum(), abs=0.003)
    np.testing.assert_array_equal(top.spread(np.array([4, 2])), top.spread()[[4, 2]])


def test_few_classes_keep_all_logits() -> None:
    logits = torch.randn(4, 256)
    kept = logits_of(logits, torch.zeros(4, dtype=torch.int64))
    assert isinstance(kept, np.ndarray)
    assert all_logits(kept).dtype == np.float16
    np.testing.assert_array_equal(kept, logits.numpy().astype(np.float16))


def test_what_needs_every_logit_is_told_that_there_are_ten(
    recorded: tuple[Array, Array, TopLogits],
) -> None:
    with pytest.raises(DataError, match="Recorded with the ten most likely classes only"):
        all_logits(recorded[2])


def test_a_diverged_network_is_recorded_too() -> None:
    logits = torch.full((2, 300), float("nan"))
    kept = logits_of(logits, torch.tensor([0, 299]))
    assert isinstance(kept, TopLogits)
    assert np.isnan(own_probability(kept, np.array([0, 299]))).all()
    assert predicted_of(kept).max() < 300
