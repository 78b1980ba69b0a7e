"""What errors cost, by hand-made confusions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harmony_core.errors import DataError
from harmony_core.inspection.pilot.costs import costs, equal_costs, rarity_costs

from .made_up import pilot, trial


def test_costs_are_those_of_samples_as_frequent_as_in_the_data() -> None:
    """Of 100 samples in the file 90 are of the first class; the test is balanced."""
    confusion = np.array([[[8, 2], [5, 5]]] * 3)
    made = trial("linear", 0.5)
    two = pilot(
        replace(made, confusion=confusion),
        names=("a", "b"), totals=np.array([90, 10]), counts=np.array([90, 10]),
        groups=np.array([0, 2]), tested=np.array([10, 10]), tests=np.full((3, 2), 10),
    )  # fmt: skip
    (found,) = costs(two, np.array([[0, 1], [10, 0]]))
    assert found.mean == pytest.approx(1_000 * (0.9 * 0.2 + 0.1 * 0.5 * 10))
    assert (found.low, found.high) == (pytest.approx(found.mean), pytest.approx(found.mean))
    assert rarity_costs(two).tolist() == [[0, 1], [9, 0]]


def test_the_matrix_decides_which_is_cheapest() -> None:
    good_head = trial("linear", 0.5)
    good_tail = trial("forest", 0.5, simplicity=1)
    head = np.tile(np.array([[90, 0, 0, 0], [0, 30, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0]]), (10, 1, 1))
    tail = np.tile(np.array([[80, 0, 5, 5], [0, 30, 0, 0], [0, 0, 3, 0], [0, 0, 0, 2]]), (10, 1, 1))
    found = pilot(replace(good_head, confusion=head), replace(good_tail, confusion=tail))
    assert [c.name for c in costs(found, equal_costs(found))] == ["linear", "forest"]
    by_rarity = costs(found, rarity_costs(found))
    assert [c.name for c in by_rarity] == ["forest", "linear"]
    assert (by_rarity[0].dearer, by_rarity[1].dearer, by_rarity[1].splits) == (0, 10, 10)


def test_a_class_that_a_split_does_not_test_takes_no_part() -> None:
    confusion = np.tile(np.diag([9, 3, 3, 0]), (10, 1, 1))
    confusion[:, 0, 1] = 1
    found = pilot(replace(trial("linear", 0.5), confusion=confusion))
    (cost,) = costs(found, equal_costs(found))
    assert cost.mean == pytest.approx(1_000 * 0.1 * 900 / 1_230)


@pytest.mark.parametrize(
    ("matrix", "says"),
    [(np.zeros((3, 3)), "4 × 4"), (np.full((4, 4), np.nan), "missing"), (-np.eye(4), "negative")],
)
def test_a_matrix_that_cannot_be_used_is_refused(matrix: np.ndarray, says: str) -> None:
    with pytest.raises(DataError, match=says):
        costs(pilot(trial("linear", 0.5)), matrix)
