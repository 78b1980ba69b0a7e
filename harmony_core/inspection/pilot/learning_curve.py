"""What more samples of the tail would bring, from training with a quarter, half and all of them.

Axes: s seeds, c classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.accuracy import group_recall, recall
from ...analysis.intervals import Estimate, paired
from ...arrays import Array
from ...data.randomness import generator
from .data import PilotData
from .training import METHODS, final_frames, pilot_config

SHARES = (0.25, 0.5)
LEAST, MOST = 0.25, 1.0
"""Bounds of what the next doubling is expected to bring, as a share of the last one."""


@dataclass(frozen=True)
class LearningCurve:
    """Recall of the tail by the share of its training samples, under one method."""

    label: str
    shares: tuple[float, ...]
    tail: Array
    """(shares, s) mean recall of the tail classes"""
    samples: int
    """Training samples the tail classes have now, together: what doubling would add."""
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
    data: PilotData,
    label: str,
    full: Array,
    groups: Array,
    counts: Array,
    overlap: float,
    steps: int,
    report: Callable[[float], None],
) -> LearningCurve | None:
    """Train ``label`` again with parts of the tail; ``None`` if the tail is too small to be cut.

    ``full`` (s,) is the tail's recall with all of it, ``groups`` and ``counts`` (c,) are those of
    the classes, and ``overlap`` is that of the seeds' splits (`intervals.paired`).
    The gain of the next doubling is that of the last one, times how much the last one had shrunk
    against the one before (kept between 1/4 and 1): gains of doublings fall as a class grows.
    """
    tail, seeds = groups == 2, len(full)
    found: list[list[float]] = [[] for _ in SHARES]
    for seed in range(seeds):
        train, test = data.split(seed, seeds)
        for k, share in enumerate(SHARES):
            kept = _cut(train, data.codes, tail, share, seed)
            if kept is None:
                return None
            config = pilot_config((METHODS[label],), len(kept), seed, steps)
            frame = final_frames(config, data, kept, test, lambda _: None)[0]
            found[k].append(float(group_recall(recall(frame.confusion), groups)[2]))
            report((seed * len(SHARES) + k + 1) / (seeds * len(SHARES)))
    quarter, half = (np.array(row) for row in found)
    last = paired(full, half, overlap=overlap)
    before = float((half - quarter).mean())
    shrinks = float(np.clip(last.mean / before, LEAST, MOST)) if before > 0 else MOST
    expected = Estimate(*(shrinks * v for v in (last.mean, last.low, last.high)))
    return LearningCurve(
        label,
        (*SHARES, 1.0),
        np.stack([quarter, half, full]),
        int(counts[tail].sum()),
        last,
        expected,
    )


def _cut(train: Array, codes: Array, tail: Array, share: float, seed: int) -> Array | None:
    """Training positions with a share of each tail class left, at least one sample each."""
    rng = generator(seed, "learning curve")
    kept = [train[~tail[codes[train]]]]
    for c in np.flatnonzero(tail):
        own = rng.permutation(train[codes[train] == c])
        if len(own) < 4:
            return None
        kept.append(own[: max(round(share * len(own)), 1)])
    return np.sort(np.concatenate(kept))
