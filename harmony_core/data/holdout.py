"""A share of every class, held out as the test set of data that come without one.

With an equal number of test samples of every class, the smallest class decides how many there are:
10 of 1,484 rows where it has 5. A share of every class tests frequent classes as well as the data
allow, and the mean of the class recalls is the balanced accuracy in either case. Axes: n samples,
c classes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..parameters import Parameter, Value
from ..readers.messages import listed
from .copies import have_copies
from .split import rank_within

SHARE, SMALLEST = "share", "smallest"
TEST_SHARE = 0.2
"""As in five-fold cross-validation: four fifths are left to train on, where rare classes need every
sample, and of 150 samples of a class 30 are tested."""
HOLDOUT = (
    Parameter(
        "holdout", SHARE,
        "`share` tests on that share of every class, or on all of a given test split; `smallest` "
        "on equally many of every class, as many as the smallest one allows.",
        choices=(SHARE, SMALLEST),
    ),
    Parameter(
        "test_share", TEST_SHARE,
        "Share of every class that is held out for the test, if no test split is given.",
        0.05, 0.5,
    ),
)  # fmt: skip
"""The settings of data sets that may come without a test split."""


def share_of(params: Mapping[str, Value]) -> float | None:
    """The share that complete parameters ask for; None: equally many samples of every class."""
    return float(params["test_share"]) if params["holdout"] == SHARE else None


def stratified_holdout(
    targets: Array, copies: Array, classes: int, share: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Sorted training rows and test rows: ``share`` of every class, whole groups of copies.

    ``targets`` (n,) are classes in [0, ``classes``); ``copies`` (n,) has the same number for
    samples that are copies of one another, whatever their class. A group counts for the rarest
    class in it. max(1, round(share · k)) of the k groups of a class are tested; with one group it
    trains and is not tested. ``share`` is at most one half, so every class keeps a group to train
    on. Raises `DataError` if fewer than two classes could be tested.
    """
    counts = np.bincount(targets, minlength=classes)
    order = np.lexsort((counts[targets], copies))
    first = np.flatnonzero(np.diff(copies[order], prepend=copies.min(initial=0) - 1))
    groups, owner = copies[order][first], targets[order][first]
    sizes = np.bincount(owner, minlength=classes)
    take = np.where(sizes >= 2, np.maximum(np.rint(share * sizes), 1), 0)
    shuffled = rng.permutation(len(groups))
    chosen = shuffled[rank_within(owner[shuffled]) < take[owner[shuffled]]]
    tested = np.isin(copies, groups[chosen])
    lost = (counts > 0) & (np.bincount(targets[~tested], minlength=classes) == 0)
    for c in np.flatnonzero(lost):  # all of its samples are copies of rarer classes' samples
        tested[copies == copies[targets == c][0]] = False
    _require_two(targets[tested])
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def holdout_notes(
    targets: Array, copies: Array, test: Array, names: tuple[str, ...], share: float, noun: str
) -> tuple[str, ...]:
    """What a user should know of the split that `stratified_holdout` made."""
    repeated = int(have_copies(copies).sum())
    together = f"; {repeated:,} with equal ones stay on one side with them" if repeated else ""
    note = (
        f"Held out for the test at random: {100 * share:.3g} % of every class, "
        f"{len(test):,} {noun} in all{together}."
    )
    return (note, *untested_notes(np.bincount(targets[test], minlength=len(names)), names))


def given_notes(
    targets: Array, copies: Array, test: Array, names: tuple[str, ...], noun: str
) -> tuple[str, ...]:
    """What a user should know of a test split that came with the data; ``test`` (n,) is bool.

    Raises `DataError` if it has fewer than two classes.
    """
    _require_two(targets[test])
    seen = int(np.isin(copies[test], copies[~test]).sum())
    leaks: tuple[str, ...] = ()
    if seen:
        leaks = (
            f"{seen:,} of the {int(test.sum()):,} test {noun} equal a training sample: figures "
            "look better than they will on new data.",
        )
    return (*leaks, *untested_notes(np.bincount(targets[test], minlength=len(names)), names))


def untested_notes(test_counts: Array, names: tuple[str, ...]) -> tuple[str, ...]:
    """The classes without a test sample (c,), in a sentence, if there are any."""
    empty = [names[c] for c in np.flatnonzero(test_counts == 0)]
    if not empty:
        return ()
    return (
        f"No test sample of {listed(empty)}: trained, but left out of all figures of the test.",
    )


def _require_two(test_targets: Array) -> None:
    if (classes := len(np.unique(test_targets))) < 2:
        raise DataError(
            f"Expected test samples of at least 2 classes, but got {classes}; a class needs 2 "
            "different samples, one to train and one to test. Add samples, or provide a test split."
        )
