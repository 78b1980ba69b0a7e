"""Splits: every fold stratified, copies on one side, small classes in training."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.arrays import Array
from harmony_core.inspection.pilot.copies import alike_images, equal_rows
from harmony_core.inspection.pilot.splits import draw_splits, never_tested


def drawn(codes: Array, copies: Array | None = None, splits: int = 5, folds: int = 5):  # type: ignore[no-untyped-def]
    copies = np.arange(len(codes)) if copies is None else copies
    none = np.zeros(len(codes), dtype=bool)
    return draw_splits(codes, copies, none, splits=splits, folds=folds)


def test_a_round_of_folds_tests_every_sample_once_and_keeps_the_shares() -> None:
    codes = np.repeat([0, 1, 2], [500, 50, 10])
    found = drawn(codes)
    tested = np.concatenate([s.test for s in found])
    assert sorted(tested.tolist()) == list(range(560))
    for split in found:
        assert np.bincount(codes[split.test]).tolist() == [100, 10, 2]
        assert sorted([*split.train.tolist(), *split.test.tolist()]) == list(range(560))


def test_a_second_round_draws_other_folds_and_the_same_call_the_same() -> None:
    codes = np.repeat([0, 1], [60, 20])
    found = drawn(codes, splits=7)
    assert len(found) == 7
    assert [s.seed for s in found] == list(range(7))
    assert found[0].test.tolist() != found[5].test.tolist()
    again = drawn(codes, splits=7)
    assert all((a.test == b.test).all() for a, b in zip(found, again, strict=True))


def test_copies_never_straddle_a_split_whatever_their_labels() -> None:
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], [200, 60, 20])
    copies = rng.integers(0, 70, len(codes))
    for split in drawn(codes, copies, splits=10):
        assert not set(copies[split.train]) & set(copies[split.test])
        assert np.isin(codes[split.test], codes[split.train]).all()


def test_a_class_of_one_sample_or_one_group_of_copies_trains_and_is_never_tested() -> None:
    codes = np.array([0] * 20 + [1] * 20 + [2] + [3] * 4 + [4] * 2)
    copies = np.arange(len(codes))
    copies[codes == 3] = 41
    found = drawn(codes, copies)
    assert never_tested(codes, found, 5).tolist() == [False, False, True, True, False]
    for split in found:
        assert {2, 3} <= set(codes[split.train].tolist())
        assert 4 in codes[split.train]


def test_fewer_samples_than_folds_make_fewer_folds() -> None:
    found = drawn(np.array([0, 0, 0, 1, 1]))
    assert all(len(s.test) and set(s.train) for s in found)
    assert drawn(np.array([0, 1])) == ()


def test_a_given_test_split_is_used_in_parts_and_its_copies_do_not_train() -> None:
    codes = np.repeat([0, 1, 0, 1], [40, 10, 30, 7])
    given = np.arange(87) >= 50
    copies = np.arange(87)
    copies[0] = copies[60]
    found = draw_splits(codes, copies, given, splits=4, folds=5)
    assert sorted(np.concatenate([s.test for s in found]).tolist()) == list(range(50, 87))
    for split in found:
        assert split.train.tolist() == list(range(1, 50))
        assert 9 <= len(split.test) <= 10


def test_rows_are_copies_if_their_features_are_equal() -> None:
    features = np.array([[1, 0.0], [2, 3], [1, -0.0], [0, 1], [2, 3]], dtype=np.float32)
    assert equal_rows(features).tolist() == [0, 1, 0, 3, 1]


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_near_copies_of_an_image_are_a_group_unless_half_the_set_looks_alike(share: float) -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (800, 16, 16)).astype(np.uint8)
    digest = np.arange(800, dtype=np.uint64)
    digest[700] = digest[701]
    shown = int(800 * share)
    grey[:shown] = np.clip(grey[0].astype(int) + rng.integers(-4, 5, (shown, 16, 16)), 0, 255)
    groups, note = alike_images(digest, grey, np.ones(800, dtype=bool))
    assert groups[700] == groups[701]
    assert len(set(groups[:shown].tolist())) == (1 if share < 0.1 else shown)
    assert bool(note) == (share > 0.1)
