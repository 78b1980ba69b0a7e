"""How well a class's recall is known: it is a share of the test samples that the class has.

Axes: c classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array
from ..readers.messages import listing
from .intervals import wilson

ENOUGH = 30
"""Test samples below which a user is warned: with 30 a recall may be off by 18 points."""


def recall_interval(recall: float, n: int) -> tuple[float, float]:
    """95 % interval in [0, 1] of a recall measured on ``n`` test samples (Wilson 1927).

    Of a mean over repeats too, each with ``n`` test samples: repeats may share samples, so the
    interval is not narrower for them.

    >>> low, high = recall_interval(0.5, 30)
    >>> print(f"{low:.2f} to {high:.2f}")
    0.33 to 0.67
    """
    return wilson(recall * n, n)


def interval_text(recall: float, n: int) -> str:
    """That interval in percent.

    >>> interval_text(0.5, 30)
    '33–67'
    """
    low, high = recall_interval(recall, n)
    return f"{100 * low:.0f}–{100 * high:.0f}"


def described_test_set(test_counts: Array) -> str:
    """The test set in words.

    >>> described_test_set(np.array([50, 50]))
    'balanced test set of 50 samples of every class'
    >>> described_test_set(np.array([40, 9, 0]))
    'test set of 49 samples, 0 to 40 of a class'
    """
    low, high = int(np.min(test_counts)), int(np.max(test_counts))
    if low == high:
        samples = "sample" if low == 1 else "samples"
        return f"balanced test set of {low:,} {samples} of every class"
    return f"test set of {int(np.sum(test_counts)):,} samples, {low:,} to {high:,} of a class"


def largest_error(n: int) -> float:
    """How far the end of its 95 % interval may be from a recall on ``n`` test samples, in [0, 1].

    >>> [round(largest_error(n), 2) for n in (1, 4, 10, 30, 100)]
    [0.79, 0.49, 0.31, 0.18, 0.1]
    """
    hits = range(n + 1)
    return max(max(k / n - low, high - k / n) for k in hits for low, high in [wilson(k, n)])


def few_samples_warning(class_names: Sequence[str], test_counts: Array) -> str:
    """The classes with fewer than `ENOUGH` test samples, and what that means; empty without any.

    Classes without a test sample have no recall and are not among them.

    >>> few_samples_warning(["a", "b", "c"], np.array([60, 4, 0])).partition(".")[0]
    'Fewer than 30 test samples: b (4)'
    """
    counts = np.asarray(test_counts)
    few = [c for c in np.argsort(counts, kind="stable").tolist() if 0 < counts[c] < ENOUGH]
    if not few:
        return ""
    least = int(counts[few[0]])
    named = listing([f"{class_names[c]} ({counts[c]})" for c in few])
    return (
        f"Fewer than {ENOUGH} test samples: {named}. A recall measured on {least} may be off by up "
        f"to {100 * largest_error(least):.0f} points (95 % interval). Collect more samples of "
        "these classes, or run more repeats."
    )
