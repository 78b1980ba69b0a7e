"""Which images train and which are tested, and what to say of it. Axes: n images, c classes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..readers.messages import listing
from .holdout import given_notes, holdout_notes, stratified_holdout
from .randomness import generator
from .split import balanced_holdout, cut_to_balance, require_every_class

MAX_UNREADABLE = 0.2

Split = tuple[Array, Array, tuple[str, ...]]
"""Rows to train and to test on, and what to say of them."""


def split_images(
    targets: Array,
    is_test: Array,
    good: Array,
    copies_of: Callable[[Array], Array],
    names: tuple[str, ...],
    share: float | None,
    seed: int,
) -> Split:
    """Split the images that are ``good`` (n,); ``is_test`` (n,) is a given split, if any is True.

    Else ``share`` of every class is held out, copies on one side, or without a share equally many
    of every class. ``copies_of`` gives the same number to rows that are equal. The notes begin with
    what was skipped; `DataError` if that is too much.
    """
    notes = _skipped(targets, is_test, good, names)
    if share is None:
        train, test, said = _equal_classes(targets, is_test, good, names, seed)
    else:
        train, test, said = _held_out(targets, is_test, good, copies_of, names, share, seed)
    return train, test, (*notes, *said)


def _held_out(
    targets: Array,
    is_test: Array,
    good: Array,
    copies_of: Callable[[Array], Array],
    names: tuple[str, ...],
    share: float,
    seed: int,
) -> Split:
    usable = np.flatnonzero(good)
    codes, given, copies = targets[usable], is_test[usable], copies_of(usable)
    if given.any():
        notes = given_notes(codes, copies, given, names, "images")
        return usable[~given], usable[given], notes
    rng = generator(seed, "test")
    train, test = stratified_holdout(codes, copies, len(names), share, rng)
    notes = holdout_notes(codes, copies, test, names, share, "images")
    return usable[train], usable[test], notes


def _equal_classes(
    targets: Array, is_test: Array, good: Array, names: tuple[str, ...], seed: int
) -> Split:
    """Equally many test images of every class, as up to config format 2."""
    rng = generator(seed, "test")
    if is_test.any():
        require_every_class(targets[is_test], names, "image")
        test = np.flatnonzero(is_test & good)
        rows, cut = cut_to_balance(targets[test], len(names), "images", rng)
        return np.flatnonzero(~is_test & good), test[rows], cut
    usable = np.flatnonzero(good)
    train, test = (usable[rows] for rows in balanced_holdout(targets[usable], names, rng))
    note = (
        f"No test split was given: {len(test) // len(names)} images of every class (a third of "
        "the smallest class, 100 at most) were set aside at random."
    )
    return train, test, (note,)


def _skipped(
    targets: Array, is_test: Array, good: Array, names: tuple[str, ...]
) -> tuple[str, ...]:
    """What to say of images that were skipped; raises `DataError` if they are too many."""
    if good.all():
        return ()
    bad = np.bincount(targets[~good], minlength=len(names))
    worst = [f"{names[c]} ({bad[c]})" for c in np.argsort(-bad, kind="stable") if bad[c]]
    if bad.sum() > MAX_UNREADABLE * len(good):
        raise DataError(
            f"Expected at least {1 - MAX_UNREADABLE:.0%} of the images to be readable, but got "
            f"{bad.sum():,} of {len(good):,} that are not: {listing(worst)}. Check the files."
        )
    for split, rows in (("training", ~is_test), ("test", is_test)):
        had = np.bincount(targets[rows], minlength=len(names))
        left = np.bincount(targets[rows & good], minlength=len(names))
        lost = [names[c] for c in np.flatnonzero((had > 0) & (left == 0))]
        if lost:
            raise DataError(
                f"Expected every class to have a readable {split} image, but got none of: "
                f"{listing(lost)}. Replace the files or remove the class."
            )
    return (f"Skipped {bad.sum():,} images that could not be decoded: {listing(worst, 10)}.",)
