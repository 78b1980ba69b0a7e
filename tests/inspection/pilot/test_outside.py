"""A contestant outside the pilot: the same arguments give the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.errors import ConfigError
from harmony_core.inspection.pilot.outside import contestant_predictions

RNG = np.random.default_rng(0)
CODES = np.repeat([0, 1, 2], (60, 30, 10))
FEATURES = (RNG.normal(size=(100, 2)) + 3 * CODES[:, None]).astype(np.float32)
NEW = np.array([[0, 0], [3, 3], [6, 6]], dtype=np.float32)


@pytest.mark.parametrize("name", ["logistic_balanced", "forest_adjusted"])
def test_new_samples_get_the_class_they_lie_in(name: str) -> None:
    scores, recipe = contestant_predictions(name, FEATURES, CODES, NEW, 3)
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1)
    assert recipe
    again, _ = contestant_predictions(name, FEATURES, CODES, NEW, 3)
    np.testing.assert_array_equal(again, scores)
    alone, _ = contestant_predictions(name, FEATURES, CODES, NEW[1:2], 3)
    np.testing.assert_allclose(alone[0], scores[1])


@pytest.mark.parametrize("name", ["network", "network_adjusted", "nothing"])
def test_what_is_no_contestant_of_scikit_learn_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"logistic.*'{name}'"):
        contestant_predictions(name, FEATURES, CODES, NEW, 3)
