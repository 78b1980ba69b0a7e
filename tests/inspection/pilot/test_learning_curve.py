"""What more samples of the tail would bring, for contestants whose recall is written down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harmony_core.arrays import Array
from harmony_core.inspection.pilot.learning_curve import LearningCurve, measure_curve
from harmony_core.inspection.pilot.networks import OutOfTimeError
from harmony_core.inspection.pilot.splits import draw_splits

GROUPS = np.array([0, 2, 2])
COUNTS = (200, 40, 40)
TOTALS = np.array([2_000, 400, 400])


def measured(
    recall_at: Callable[[int], float],
    counts: tuple[int, ...] = COUNTS,
    splits: int = 4,
    stop_after: int = 1_000,
) -> LearningCurve | None:
    """The curve of a contestant that knows ``recall_at(n)`` of a class with n training samples."""
    codes = np.repeat(np.arange(len(counts)), counts)
    nowhere = np.zeros(len(codes), dtype=bool)
    drawn = draw_splits(codes, np.arange(len(codes)), nowhere, splits=splits, folds=4)
    asked = []

    def predict(train: Array, test: Array, seed: int) -> Array:
        asked.append(seed)
        if len(asked) > stop_after:
            raise OutOfTimeError
        have = np.bincount(codes[train], minlength=len(counts))
        said = np.zeros((len(test), len(counts)))
        said[:, 0] = 1
        for c in (1, 2):
            own = np.flatnonzero(codes[test] == c)
            said[own[: round(recall_at(int(have[c])) * len(own))], c] = 2
        return said

    confusions = []
    for split in drawn:
        answer = predict(split.train, split.test, split.seed).argmax(axis=1)
        flat = codes[split.test] * len(counts) + answer
        confusions.append(np.bincount(flat, minlength=len(counts) ** 2).reshape(len(counts), -1))
    asked.clear()
    return measure_curve(
        "made up", predict, drawn, codes, np.stack(confusions), GROUPS, TOTALS, 0.25,
        lambda _: None,
    )  # fmt: skip


def test_gains_that_shrink_are_expected_to_shrink_on() -> None:
    found = measured(lambda n: {8: 0.2, 15: 0.6, 30: 0.8}[n])
    assert found is not None
    assert found.shares == (0.25, 0.5, 1.0)
    assert found.tail.mean(axis=1) == pytest.approx([0.2, 0.6, 0.8])
    assert found.last.mean == pytest.approx(0.2)
    assert found.next.mean == pytest.approx(0.1)


def test_a_flat_curve_expects_nothing() -> None:
    found = measured(lambda n: 0.5)
    assert found is not None
    assert found.next.mean == pytest.approx(0)


def test_doubling_counts_the_samples_of_the_whole_file() -> None:
    found = measured(lambda n: 0.5)
    assert found is not None
    assert found.samples == 800


def test_a_class_too_small_to_be_cut_does_not_hide_the_others() -> None:
    found = measured(lambda n: min(n / 30, 1.0), (200, 40, 3))
    assert found is not None
    assert found.samples == 400
    assert (np.diff(found.tail.mean(axis=1)) > 0.1).all()
    assert measured(lambda n: 0.5, (200, 3, 3)) is None


def test_splits_that_are_done_when_the_time_is_up_count() -> None:
    found = measured(lambda n: 0.5, splits=8, stop_after=9)
    assert found is not None
    assert found.tail.shape == (3, 4)


def test_too_few_splits_are_no_curve() -> None:
    with pytest.raises(OutOfTimeError):
        measured(lambda n: 0.5, splits=8, stop_after=5)
