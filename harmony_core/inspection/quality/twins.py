"""Equal and nearly equal samples as findings: copies, contradictions, leaks into the test split.

Axes: n samples, c classes, p pairs, m marked samples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...arrays import Array
from ...readers.labels import Labels
from ...readers.messages import quoted
from .equal import find_equal
from .finding import EXAMPLES, Finding, tally

Name = Callable[[int], str]
WORDS = 50_000
"""Marked samples for which the finding is put into words; there may be millions of copies."""
_NONE = np.zeros((0, 2), dtype=np.int64)


class Twins:
    """Findings about samples that equal others.

    ``labels`` has the codes of the samples that are compared (−1: left out), ``keys`` (n,) are
    equal for equal samples, ``checked`` (c,) samples were compared, ``name`` says which one it is.
    """

    def __init__(self, labels: Labels, keys: Array, checked: Array, name: Name) -> None:
        assert labels.codes is not None
        self.labels, self.codes, self.checked, self.name = labels, labels.codes, checked, name
        train, test = labels.train_split, labels.test_split
        self._train = labels.splits.index(train) if test is not None else -1
        self._test = labels.splits.index(test) if test is not None else -1
        self.equal = find_equal(keys, self.codes, labels.split_codes, self._train, self._test)
        self.pairs = np.zeros((0, 2), dtype=np.int64)
        """(p, 2) nearly equal samples, the earlier first."""

    def findings(self) -> dict[str, Finding]:
        """By the names of `measures.CHECKS`."""
        copied, leaked = self.equal.duplicates, self.equal.leaks
        found = {
            "exact_duplicates": self._finding(_NONE, _pairs(copied, self.equal.first)),
            "near_duplicates": self._finding(self._within()[:, ::-1], _NONE),
            "conflicts": self._conflicts(),
        }
        if self.labels.test_split is not None:
            exact = _pairs(leaked, self.equal.first_trained)
            found["leaks"] = self._finding(self._across(), exact)
        return found

    def _within(self) -> Array:
        """Near pairs inside a split."""
        split = self.labels.split_codes
        if split is None:
            return self.pairs
        return np.asarray(self.pairs[split[self.pairs[:, 0]] == split[self.pairs[:, 1]]])

    def _across(self) -> Array:
        """Near pairs (test sample, training sample)."""
        split = self.labels.split_codes
        if split is None:
            return np.zeros((0, 2), dtype=np.int64)
        both = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        across = (split[both[:, 0]] == self._test) & (split[both[:, 1]] == self._train)
        return np.asarray(both[across])

    def _conflicts(self) -> Finding:
        """Each with the share of the equal samples that have its label, and the most frequent."""
        rows, first = self.equal.conflicts, self.equal.first
        share, best, other = _votes(first[rows], self.codes[rows], rows)
        words = tuple(
            f"labelled {quoted(self.labels.names[self.codes[i]], 30)}, equals {self._other(i, j)}"
            for i, j in zip(rows[:WORDS].tolist(), other[:WORDS].tolist(), strict=True)
        )
        shown = [
            k for k, i in enumerate(rows[:WORDS].tolist()) if self.codes[first[i]] != self.codes[i]
        ]
        examples = tuple((self.name(int(rows[k])), words[k]) for k in shown[:EXAMPLES])
        counts = tally(rows, self.codes, len(self.checked))
        return Finding(counts, self.checked, examples, rows, share, best, words)

    def _finding(self, near: Array, exact: Array) -> Finding:
        """Samples that equal another, of pairs (p, 2) of a sample and the other one.

        Of a sample with several the last is named, the exact ones after the others.
        """
        both = np.concatenate([near, exact])[::-1]
        rows, last = np.unique(both[:, 0], return_index=True)
        at = last[:WORDS]
        words = tuple(
            f"{'equals' if k < len(exact) else 'nearly equals'} {self._other(i, j)}"
            for k, (i, j) in zip(at.tolist(), both[at].tolist(), strict=True)
        )
        examples = tuple(
            (self.name(i), word) for i, word in zip(rows[:EXAMPLES].tolist(), words, strict=False)
        )
        counts = tally(rows, self.codes, len(self.checked))
        return Finding(counts, self.checked, examples, rows, reasons=words)

    def _other(self, i: int, j: int) -> str:
        differs = self.codes[i] != self.codes[j]
        label = f" (labelled {quoted(self.labels.names[self.codes[j]], 30)})" if differs else ""
        return f"{self.name(j)}{label}"


def _pairs(rows: Array, others: Array) -> Array:
    """(p, 2) samples ``rows`` (p,) and the one that each of them equals, by position in (n,)."""
    return np.stack([rows, others[rows].astype(np.int64)], axis=1)


def _votes(group: Array, codes: Array, rows: Array) -> tuple[Array, Array, Array]:
    """For contradicting samples (m,): the share of their group with their label, the label that
    most of the group have (−1 where it is their own or none has most), and one sample with another
    label than theirs.
    """
    if not len(rows):
        return np.zeros(0), np.zeros(0, dtype=np.int64), rows
    _, of = np.unique(group, return_inverse=True)
    classes = int(codes.max()) + 1
    kinds, first, kind, counts = np.unique(
        of * classes + codes, return_index=True, return_inverse=True, return_counts=True
    )  # a kind is a label within a group; the kinds of a group follow one another
    starts = np.flatnonzero(np.diff(kinds // classes, prepend=-1))
    home = np.cumsum(np.diff(kinds // classes, prepend=-1) != 0) - 1
    most = np.maximum.reduceat(counts, starts)
    top = counts == most[home]
    alone = np.add.reduceat(top.astype(np.int64), starts) == 1
    label = np.maximum.reduceat(np.where(top, kinds % classes, -1), starts)
    best = np.where(alone[of] & (label[of] != codes), label[of], -1)
    other = np.where(kind == starts[of], rows[first[starts[of] + 1]], rows[first[starts[of]]])
    return counts[kind] / np.bincount(of)[of], best, other
