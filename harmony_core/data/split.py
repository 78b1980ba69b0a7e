"""Test sets with the same number of samples of every class.

Axes: n samples, c classes.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..readers.messages import listing
from .long_tail import subsample
from .randomness import generator

LARGEST_TEST = 100
"""Test samples a class at most: enough for an interval of ±10 points."""


def balanced_holdout(
    targets: Array, class_names: tuple[str, ...], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Sorted training rows and test rows: a third of the smallest class from every class.

    At least 1 and at most `LARGEST_TEST` of each class. Raises `DataError` for classes with fewer
    than two samples, as one is needed for training.
    """
    counts = np.bincount(targets, minlength=len(class_names))
    small = [f"{class_names[c]} ({counts[c]})" for c in np.flatnonzero(counts < 2)]
    if small:
        raise DataError(
            "Expected at least 2 samples of every class, one to train and one to test, but got: "
            f"{listing(small)}. Add samples or remove the class, or provide a test split."
        )
    size = int(min(max(counts.min() // 3, 1), LARGEST_TEST))
    test = subsample(targets, np.full(len(class_names), size), rng)
    train = np.setdiff1d(np.arange(len(targets)), test, assume_unique=True)
    return train, test


def cut_to_balance(
    targets: Array, classes: int, noun: str, rng: np.random.Generator
) -> tuple[Array, tuple[str, ...]]:
    """Sorted rows of a test set cut to its smallest class, and a note on the cut.

    Every class has a sample (`require_every_class`).
    """
    counts = np.bincount(targets, minlength=classes)
    least = counts.min()
    if least == counts.max():
        return np.arange(len(targets)), ()
    rows = subsample(targets, np.full(classes, least), rng)
    return rows, (f"The test set is cut to {least} {noun} of every class, at random.",)


def require_every_class(test_targets: Array, names: tuple[str, ...], noun: str) -> None:
    """Raise `DataError` unless every class has a test sample."""
    counts = np.bincount(test_targets, minlength=len(names))
    if counts.min() < 1:
        empty = listing([names[c] for c in np.flatnonzero(counts == 0)])
        raise DataError(
            f"Expected every class to have a test {noun}, but got none of: {empty}. "
            f"Remove the class or add {noun}s of it."
        )


def balanced_part(codes: Array, seed: int) -> Array:
    """Sorted positions of as many samples of every class as the smallest class has.

    `cut_to_balance` draws class by class from the stream of its caller; this one shuffles all
    samples once. Both stay, as runs of the same seed have to give the same rows.
    """
    least = int(np.bincount(codes).min())
    order = generator(seed, "balanced part").permutation(len(codes))
    return np.sort(order[rank_within(codes[order]) < least])


def rank_within(codes: Array) -> Array:
    """(n,) how many earlier elements have the same code.

    >>> rank_within(np.array([0, 1, 0, 0, 1])).tolist()
    [0, 0, 1, 2, 1]
    """
    order = np.argsort(codes, kind="stable")
    ranked = codes[order]
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - np.searchsorted(ranked, ranked)
    return rank
