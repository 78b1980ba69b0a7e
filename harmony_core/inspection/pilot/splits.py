"""Splits into training and test part in which copies of a sample stay on one side.

Axes: n samples, c classes, g groups of copies, s splits.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from ...arrays import Array
from ...data.randomness import generator


@dataclass(frozen=True)
class Split:
    """Positions of the samples of one split, sorted."""

    train: Array
    test: Array
    seed: int


def draw_splits(
    codes: Array, copies: Array, given_test: Array, *, splits: int, folds: int, tag: str = "pilot"
) -> tuple[Split, ...]:
    """Repeated stratified k-fold over groups of ``copies`` (n,): the first ``splits`` folds.

    A group counts for the rarest of its classes. A class with fewer groups than ``folds`` is tested
    in some splits only; a class with a single group always trains. If every class has fewer groups,
    there are as many folds as the largest has. ``given_test`` (n,) bool marks a
    test split that came with the data: it is dealt out over the splits, and all else trains in
    each, except copies of test samples.
    """
    codes, copies = np.asarray(codes), np.asarray(copies)
    if given_test.any():
        return _dealt_out(codes, copies, given_test, splits)
    ids, labels, single = _groups(codes, copies)
    if single.all():
        return ()
    folds = min(folds, int(np.bincount(labels[~single]).max()))
    found: list[Split] = []
    for seed in range(splits):
        fold_of = np.full(len(labels), -1)
        fold_of[~single] = _folds(labels[~single], folds, seed // folds, tag)
        held_out = fold_of[ids] == seed % folds
        # Where copies have several labels, a class may be left without a training sample.
        trained = np.bincount(codes[~held_out], minlength=codes.max() + 1) > 0
        found.append(
            Split(np.flatnonzero(~held_out), np.flatnonzero(held_out & trained[codes]), seed)
        )
    return tuple(found)


def never_tested(codes: Array, splits: tuple[Split, ...], classes: int) -> Array:
    """(c,) bool, the classes that no split tests."""
    tested = np.zeros(classes, dtype=np.int64)
    for split in splits:
        tested += np.bincount(codes[split.test], minlength=classes)
    return np.asarray(tested == 0)


def _groups(codes: Array, copies: Array) -> tuple[Array, Array, Array]:
    """(n,) group of each sample, (g,) rarest class of each group, (g,) whether its class's only."""
    counts = np.bincount(codes)
    _, ids = np.unique(copies, return_inverse=True)
    rarity = counts[codes] * np.int64(len(counts)) + codes
    rarest = np.full(ids.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(rarest, ids, rarity)
    labels = rarest % len(counts)
    groups_of = np.bincount(labels, minlength=len(counts))
    return ids, labels, groups_of[labels] == 1


def _folds(labels: Array, folds: int, repeat: int, tag: str) -> Array:
    """(g,) the fold in which each group is tested; every class has at least two groups."""
    from sklearn.model_selection import StratifiedKFold

    fold_of = np.full(len(labels), -1)
    state = crc32(f"{tag} {repeat}".encode()) % 2**31
    maker = StratifiedKFold(folds, shuffle=True, random_state=state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes smaller than the folds
        for fold, (_, test) in enumerate(maker.split(labels, labels)):
            fold_of[test] = fold
    return fold_of


def _dealt_out(codes: Array, copies: Array, given_test: Array, splits: int) -> tuple[Split, ...]:
    """A part of the given test split for each split."""
    tests = np.flatnonzero(given_test)
    leaked = ~given_test & np.isin(copies, copies[tests])
    kept = np.bincount(codes[~given_test & ~leaked], minlength=codes.max() + 1)
    train = np.flatnonzero(~given_test & (~leaked | (kept[codes] == 0)))
    known = np.isin(codes[tests], codes[train])
    tests = tests[known]
    order = np.lexsort((generator(0, "given test").random(len(tests)), codes[tests]))
    part = np.empty(len(tests), dtype=np.int64)
    part[order] = np.arange(len(tests)) % splits
    return tuple(Split(train, tests[part == seed], seed) for seed in range(splits))
