"""Several seeds of one experiment: bands around its curves, and sentences that compare methods.

    curves = Curves(labels)
    for scene, frame in all_frames: curves.add(scene, frame)
    curves.band("balanced_accuracy", method=2).low     # (e,)

At each epoch a band has the mean over the repeats, its 95 % interval (Student's t), and the lowest
and highest value. Axes: r repeats, e recorded epochs. Shares are in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..frames import Frame, Scene
from ..parameters import choose
from .accuracy import frame_figures
from .boundary import disagreement
from .hard_parts import hard_part_recall
from .intervals import student_quantile
from .summary import MethodSummary, comparisons

LEVEL = 0.95
METRICS = {
    "balanced_accuracy": "Balanced accuracy",
    "head": "Head recall",
    "medium": "Medium recall",
    "tail": "Tail recall",
    "disagreement": "Off the best boundary",
    "test_loss": "Test loss",
    "ece": "Calibration error",
    "pdc": "PDC",
    "auprc": "AUPRC",
}
"""What the curves show: shares, except the test loss in nats."""
COMPARED = ("balanced_accuracy", "head", "medium", "tail")


@dataclass(frozen=True)
class Band:
    """One method's curve over repeats; NaN where there is no value."""

    label: str
    epochs: Array
    """(e,) int64"""
    repeats: Array
    """(e,) int64: how many repeats have the epoch"""
    mean: Array
    """(e,)"""
    low: Array
    """(e,) lower end of the 95 % interval of the mean; NaN for fewer than two repeats"""
    high: Array
    """(e,)"""
    lowest: Array
    """(e,) of the repeats"""
    highest: Array
    """(e,) of the repeats"""


class Curves:
    """The metrics of frames, added in any order, as bands."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._values: dict[tuple[int, int, int], dict[str, float]] = {}

    def add(self, scene: Scene, frame: Frame) -> None:
        """Add one frame; ``scene`` is that of its repeat."""
        self._values[frame.method, frame.repeat, frame.epoch] = frame_metrics(scene, frame)

    @property
    def repeats(self) -> list[int]:
        """The repeats that have frames, ascending."""
        return sorted({repeat for _, repeat, _ in self._values})

    @property
    def metrics(self) -> list[str]:
        """The metrics that have a value at some epoch, in the order of `METRICS`."""
        rows = self._values.values()
        return [name for name in METRICS if any(math.isfinite(row[name]) for row in rows)]

    def values(self, metric: str, method: int) -> tuple[Array, Array]:
        """Epochs (e,) and values (r, e), a row for each of `repeats`, NaN where one lacks an epoch.

        An unknown metric raises `ConfigError`.
        """
        choose(metric, METRICS, "metric")
        epochs = sorted({epoch for m, _, epoch in self._values if m == method})
        table = np.full((len(self.repeats), len(epochs)), np.nan)
        for r, repeat in enumerate(self.repeats):
            for e, epoch in enumerate(epochs):
                table[r, e] = self._values.get((method, repeat, epoch), {}).get(metric, math.nan)
        return np.array(epochs, dtype=np.int64), table

    def band(self, metric: str, method: int, level: float = LEVEL) -> Band:
        """The band of one method, its interval at ``level``."""
        epochs, table = self.values(metric, method)
        return Band(self.labels[method], epochs, *band_of(table, level))

    def bands(self, metric: str, level: float = LEVEL) -> list[Band]:
        """The bands of all methods."""
        return [self.band(metric, method, level) for method in range(len(self.labels))]


def frame_metrics(scene: Scene, frame: Frame) -> dict[str, float]:
    """The values of `METRICS`, and of other figures, for one frame; NaN where there is none."""
    difference = disagreement(scene, frame.grid_class)
    hard_part = hard_part_recall(scene, frame.grid_class)
    return {
        **frame_figures(frame, scene.train_counts),
        "disagreement": math.nan if difference is None else difference,
        "hard_part": math.nan if hard_part is None else hard_part,
        "test_loss": frame.test_loss,
    }


def band_of(values: Array, level: float = LEVEL) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Repeats, mean, low, high, lowest and highest, each (e,), of values (r, e); NaN is left out.

    low and high are mean ∓ t · s / √n, with s the sample standard deviation of the n values and t
    the quantile of Student's distribution with n − 1 degrees of freedom.

    >>> repeats, mean, low, high, lowest, highest = band_of(np.array([[0.5], [0.7], [np.nan]]))
    >>> repeats, mean.round(2), low.round(2), high.round(2)
    (array([2]), array([0.6]), array([-0.67]), array([1.87]))
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    count = np.where(n > 0, n, np.nan)
    mean = np.where(known, values, 0).sum(axis=0) / count
    square = np.where(known, values - mean, 0) ** 2
    freedom = np.where(n > 1, n - 1, np.nan)
    error = np.sqrt(square.sum(axis=0) / freedom / count)
    half = np.full(values.shape[1], np.nan)
    if (n > 1).any():
        half[n > 1] = student_quantile((1 + level) / 2, freedom[n > 1]) * error[n > 1]
    lowest = np.where(n > 0, np.where(known, values, np.inf).min(axis=0, initial=np.inf), np.nan)
    highest = np.where(n > 0, np.where(known, values, -np.inf).max(axis=0, initial=-np.inf), np.nan)
    return n, mean, mean - half, mean + half, lowest, highest


def sentences(summaries: Sequence[MethodSummary], figure: str = "balanced_accuracy") -> list[str]:
    """Compare the best method with each of the others, as in "A is ahead of B in 4 of 5 seeds".

    ``figure`` is one of `COMPARED`; any other raises `ConfigError`.
    """
    choose(figure, COMPARED, "figure to compare by")
    found = [comparison.sentence() for comparison in comparisons(summaries, figure)]
    if figure == "balanced_accuracy":
        return found
    return [f"{METRICS[figure]}: {sentence}" for sentence in found]
