"""One split as a contestant sees it, and what the contestants on it share.

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...data.split import rank_within
from .contestants import CONTESTANTS
from .data import PilotData, cut_counts
from .networks import OutOfTimeError
from .splits import draw_splits

INNER_FOLDS = 3
LARGE = 5_000
"""Training samples from which one inner split tells settings apart."""
INNER_ROWS = 8_000
"""Training samples of an inner split, at most."""


@dataclass(frozen=True)
class SplitTask:
    """A `contestants.spec.Task`: a contestant's view of a split."""

    data: PilotData
    train: Array
    test: Array
    seed: int
    metric: str
    notes: dict[str, dict[str, Any]]
    """What each contestant keeps for later splits"""
    check: Callable[[], None]
    """Raises `OutOfTimeError`, or whatever cancels the pilot"""
    name: str = ""
    known: dict[str, Array] = field(default_factory=dict)
    """Log-probabilities (n_test, c) by contestant, for those that build on others"""

    @property
    def features(self) -> Array:
        return np.asarray(self.data.features[self.train])

    @property
    def codes(self) -> Array:
        return np.asarray(self.data.codes[self.train])

    @property
    def test_features(self) -> Array:
        return np.asarray(self.data.features[self.test])

    @property
    def images(self) -> Array | None:
        return self.data.thumbnails

    @property
    def rows(self) -> tuple[Array, Array]:
        return self.train, self.test

    @property
    def classes(self) -> int:
        return len(self.data.names)

    @property
    def kept(self) -> dict[str, Any]:
        return self.notes_of(self.name)

    def notes_of(self, name: str) -> dict[str, Any]:
        return self.notes.setdefault(name, {})

    def inner(self) -> tuple[tuple[Array, Array], ...]:
        """All folds of small data, one of large data, of which a part trains."""
        if len(self.train) < LARGE:
            return self._folds(INNER_FOLDS)
        train, test = self._folds(1)[0]
        order = generator(self.seed, "inner rows").permutation(train)
        codes = self.codes[order]
        wanted = cut_counts(np.bincount(codes, minlength=self.classes), INNER_ROWS)
        return ((np.sort(order[rank_within(codes) < wanted[codes]]), test),)

    def of(self, name: str) -> Array:
        """Log-probabilities (n_test, c) of a contestant, computed once."""
        if name not in self.known:
            self.check()
            fit = CONTESTANTS[name].fit
            if fit is None:  # the networks did not finish
                raise OutOfTimeError
            self.known[name] = fit(replace(self, name=name))
        return self.known[name]

    def out_of_fold(self, name: str) -> Array:
        """Log-probabilities (n, c) of a contestant on the training samples."""
        found = np.full((len(self.train), self.classes), np.nan)
        for train, test in self._folds(INNER_FOLDS):
            part = replace(self, train=self.train[train], test=self.train[test], known={})
            found[test] = part.of(name)
        return found

    def _folds(self, wanted: int) -> tuple[tuple[Array, Array], ...]:
        none = np.zeros(len(self.train), dtype=bool)
        drawn = draw_splits(
            self.codes, self.data.copies[self.train], none,
            splits=wanted, folds=INNER_FOLDS, tag=f"inner {self.seed}",
        )  # fmt: skip
        return tuple((split.train, split.test) for split in drawn if len(split.test))
