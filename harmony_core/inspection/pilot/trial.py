"""What one contestant came to over all splits.

Axes: s splits, c classes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...analysis.accuracy import recall
from ...arrays import Array
from ...config import MethodConfig


@dataclass(frozen=True)
class Trial:
    """The results of a contestant; it has them for every split."""

    name: str
    """Its key in `contestants.CONTESTANTS`."""
    label: str
    family: str
    """``linear``, ``forest``, ``boosting``, ``network`` or ``backbone``"""
    simplicity: int
    """Lower is simpler."""
    remedy: str
    """What is done about the tail: ``""`` nothing, ``balanced``, ``adjusted``, ``thresholds``,
    ``resampled`` or ``loss``"""
    method: MethodConfig | None
    """Of a network: its loss."""
    confusion: Array
    """(s, c, c) test counts, rows true"""
    values: dict[str, Array]
    """(s,) by the names of `metrics.METRICS`; NaN where a split has nothing to measure"""
    auprc: Array
    """(s, c) area under precision and recall; NaN for a class that a split does not test"""
    settled: bool = True
    """Whether training went on until the loss no longer fell."""
    recipe: str = ""
    """The settings that were chosen, in words."""
    seconds: float = 0.0
    same_as: str = ""
    """Name of an earlier trial with the same confusions and values."""

    @property
    def recall(self) -> Array:
        """(c,) recall over all test samples of all splits; NaN for a class never tested."""
        return recall(self.confusion.sum(axis=0))
