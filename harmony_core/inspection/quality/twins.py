"""Equal and nearly equal samples as findings: copies, contradictions, leaks into the test split.

Axes: n samples, c classes, p pairs.
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
        first = self.equal.first
        copies = {
            i: f"equals {self._other(i, int(first[i]))}" for i in self.equal.duplicates.tolist()
        }
        near = {j: f"nearly equals {self._other(j, i)}" for i, j in self._within().tolist()}
        found = {
            "exact_duplicates": self._finding(copies),
            "near_duplicates": self._finding(near),
            "conflicts": self._conflicts(),
        }
        if self.labels.test_split is not None:
            leaks = {i: f"nearly equals {self._other(i, j)}" for i, j in self._across().tolist()}
            trained = self.equal.first_trained
            leaks |= {
                i: f"equals {self._other(i, int(trained[i]))}" for i in self.equal.leaks.tolist()
            }
            found["leaks"] = self._finding(leaks)
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
        rows, first = self.equal.conflicts, self.equal.first
        words = {
            i: f"labelled {quoted(self.labels.names[self.codes[i]], 30)}, "
            f"equals {self._other(i, int(first[i]))}"
            for i in rows.tolist()
            if self.codes[first[i]] != self.codes[i]
        }
        examples = tuple((self.name(i), words[i]) for i in list(words)[:EXAMPLES])
        return Finding(tally(rows, self.codes, len(self.checked)), self.checked, examples, rows)

    def _finding(self, words: dict[int, str]) -> Finding:
        rows = np.array(sorted(words), dtype=np.int64)
        examples = tuple((self.name(i), words[i]) for i in rows[:EXAMPLES].tolist())
        return Finding(tally(rows, self.codes, len(self.checked)), self.checked, examples, rows)

    def _other(self, i: int, j: int) -> str:
        differs = self.codes[i] != self.codes[j]
        label = f" (labelled {quoted(self.labels.names[self.codes[j]], 30)})" if differs else ""
        return f"{self.name(j)}{label}"
