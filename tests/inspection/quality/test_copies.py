"""Groups of copies depend on which samples are equal, not on the values of their hashes."""

from __future__ import annotations

import numpy as np

from harmony_core.inspection.quality.copies import copy_groups


def test_the_values_of_keys_do_not_number_the_groups() -> None:
    pattern = np.array([0, 1, 0, 2, 3, 1])
    pairs = np.array([[3, 4]])
    rng = np.random.default_rng(0)
    found = {
        tuple(copy_groups(rng.permutation(50)[:4][pattern], pairs).tolist()) for _ in range(20)
    }
    assert found == {(0, 1, 0, 2, 2, 1)}
