"""What the number of test samples leaves open."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

import harmony_core.analysis.recall_certainty as module
from harmony_core.analysis.recall_certainty import (
    ENOUGH,
    few_samples_warning,
    largest_error,
    recall_interval,
)


def test_the_examples_run() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("n", [1, 2, 7, ENOUGH])
def test_no_recall_is_further_off_than_the_largest_error(n: int) -> None:
    errors = []
    for hits in range(n + 1):
        low, high = recall_interval(hits / n, n)
        errors += [hits / n - low, high - hits / n]
    assert largest_error(n) == pytest.approx(max(errors))


def test_the_warning_names_the_classes_the_rarest_first() -> None:
    said = few_samples_warning(["a", "b", "c", "d"], np.array([ENOUGH, 29, 1, 0]))
    assert "c (1), b (29)." in said
    assert "measured on 1 may be off by up to 79 points" in said
    assert few_samples_warning(["a", "d"], np.array([ENOUGH, 0])) == ""
