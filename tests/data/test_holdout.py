"""The share of every class that is held out, and the groups of copies that it keeps together."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import harmony_core.data.copies as copies_module
from harmony_core.data.copies import equal_samples
from harmony_core.data.holdout import stratified_holdout
from harmony_core.errors import DataError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_examples_run() -> None:
    assert doctest.testmod(copies_module).failed == 0


@given(
    targets=some.lists(some.integers(0, 4), min_size=4, max_size=60),
    kinds=some.integers(1, 30),
    share=some.floats(0.05, 0.5),
    seed=some.integers(0, 10),
)
def test_every_split_keeps_its_promises(
    targets: list[int], kinds: int, share: float, seed: int
) -> None:
    """Any labels, copies with other labels included: both sides are disjoint and complete."""
    codes = np.array(targets)
    copies = equal_samples(rng(seed).integers(0, kinds, len(codes)))
    try:
        train, test = stratified_holdout(codes, copies, 5, share, rng(seed))
    except DataError:  # too few classes have samples that differ
        return
    assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(len(codes)))
    assert not np.isin(copies[test], copies[train]).any()
    assert set(codes[train]) == set(codes)


def test_without_copies_each_class_gives_its_share_and_at_least_one() -> None:
    codes = np.repeat(np.arange(5), [100, 10, 3, 2, 1])
    train, test = stratified_holdout(codes, np.arange(len(codes)), 5, 0.2, rng())
    assert np.bincount(codes[test], minlength=5).tolist() == [20, 2, 1, 1, 0]
    assert np.bincount(codes[train]).tolist() == [80, 8, 2, 1, 1]


def test_the_draw_follows_from_the_generator() -> None:
    codes = np.repeat([0, 1], 50)
    drawn = [stratified_holdout(codes, np.arange(100), 2, 0.2, rng(s))[1] for s in (1, 1, 2)]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_a_class_whose_samples_are_all_equal_trains() -> None:
    codes = np.repeat([0, 1, 2], [20, 20, 6])
    copies = np.concatenate([np.arange(40), np.full(6, 40)])
    train, test = stratified_holdout(codes, copies, 3, 0.2, rng())
    assert np.bincount(codes[test], minlength=3).tolist() == [4, 4, 0]
    assert (codes[train] == 2).sum() == 6


def test_one_class_alone_cannot_be_tested() -> None:
    with pytest.raises(DataError, match="at least 2 classes, but got 1"):
        stratified_holdout(np.array([0, 0, 0, 1]), np.arange(4), 2, 0.2, rng())
