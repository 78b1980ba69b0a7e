"""What more samples of the tail would bring, from training with a quarter, half and all of them.

Axes: s splits, c classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.accuracy import recall
from ...analysis.intervals import Estimate, paired
from ...arrays import Array
from ...data.randomness import generator
from .networks import OutOfTimeError
from .splits import Split

SHARES = (0.25, 0.5)
SMALLEST = 4
"""Training samples of a class from which a quarter can be taken."""
FEWEST_SPLITS = 3
LEAST, MOST = 0.25, 1.0
"""Bounds of what the next doubling is expected to bring, as a share of the last one."""


@dataclass(frozen=True)
class LearningCurve:
    """Recall of the tail by the share of its training samples, under one contestant."""

    label: str
    shares: tuple[float, ...]
    tail: Array
    """(shares, s) mean recall of the tail classes that can be cut"""
    samples: int
    """Training samples of these classes in the user's file: what doubling would add."""
    last: Estimate
    """Gain of the last doubling, from half to all."""
    next: Estimate
    """Gain expected of one more doubling."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "method": self.label,
            "shares": list(self.shares),
            "tail_recall": [float(row.mean()) for row in self.tail],
            "tail_samples": self.samples,
            "last_doubling": self.last.to_dict(),
            "next_doubling": self.next.to_dict(),
        }


def measure_curve(
    label: str,
    predict: Callable[[Array, Array, int], Array],
    splits: tuple[Split, ...],
    codes: Array,
    confusions: Array,
    groups: Array,
    totals: Array,
    overlap: float,
    report: Callable[[float], None],
) -> LearningCurve | None:
    """Train a contestant again with parts of the tail; ``None`` if there is nothing to compare.

    ``predict`` (train, test, seed) gives log-probabilities (n_test, c). ``confusions`` (s, c, c)
    are those with all of the tail, ``groups`` and ``totals`` (c,) the group and the user's samples
    of each class, ``overlap`` that of the splits (`intervals.paired`). Recall is the mean over the
    tail classes that can be cut, those with `SMALLEST` training samples in every split.
    The gain of the next doubling is that of the last one, times how much the last one had shrunk
    against the one before (kept between 1/4 and 1): gains of doublings fall as a class grows.
    If the time is up (`OutOfTimeError`), the splits that are done count, from `FEWEST_SPLITS` on.
    """
    c = len(groups)
    least = np.min([np.bincount(codes[s.train], minlength=c) for s in splits], axis=0)
    cut = (groups == 2) & (least >= SMALLEST)
    if not cut.any():
        return None
    found: list[list[float]] = []
    try:
        for i, split in enumerate(splits):
            row = []
            for k, share in enumerate(SHARES):
                kept = _cut(split.train, codes, cut, share, split.seed)
                said = predict(kept, split.test, split.seed)
                flat = codes[split.test] * c + said.argmax(axis=1)
                row.append(_recall(np.bincount(flat, minlength=c * c).reshape(c, c), cut))
                report((i * len(SHARES) + k + 1) / (len(splits) * len(SHARES)))
            found.append([*row, _recall(confusions[i], cut)])
    except OutOfTimeError:
        if len(found) < FEWEST_SPLITS:
            raise
    measured = np.array(found).reshape(-1, len(SHARES) + 1).T
    measured = measured[:, np.isfinite(measured).all(axis=0)]
    if measured.shape[-1] < 2:
        return None
    quarter, half, full = measured
    last = paired(full, half, overlap=overlap)
    before = float((half - quarter).mean())
    shrinks = float(np.clip(last.mean / before, LEAST, MOST)) if before > 0 else MOST
    expected = Estimate(*(shrinks * v for v in (last.mean, last.low, last.high)))
    return LearningCurve(
        label, (*SHARES, 1.0), measured, int(totals[cut].sum()), last, expected
    )  # fmt: skip


def _recall(confusion: Array, classes: Array) -> float:
    """Mean recall of ``classes`` (c,) bool; NaN if none of them is tested."""
    of_each = recall(confusion)[classes]
    return float(np.nanmean(of_each)) if np.isfinite(of_each).any() else math.nan


def _cut(train: Array, codes: Array, cut: Array, share: float, seed: int) -> Array:
    """Training positions with a share of each class of ``cut`` left; a larger share has all of a
    smaller one's."""
    rng = generator(seed, "learning curve")
    kept = [train[~cut[codes[train]]]]
    for c in np.flatnonzero(cut):
        own = rng.permutation(train[codes[train] == c])
        kept.append(own[: max(round(share * len(own)), 1)])
    return np.sort(np.concatenate(kept))
