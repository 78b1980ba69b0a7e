"""What a figure of the tail declares: its words, and how it is computed from the class counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...measure import Measure
from ..class_counts import ClassCounts

TAIL, SHIFT, SEVERAL = "tail", "shift", "several labels"
"""Sections: of any data, of data with a test split, of data with several labels a sample."""


@dataclass(frozen=True, kw_only=True)
class Figure(Measure):
    """A figure of the tail; the page, the report, the JSON and the terminal show it by itself."""

    value: Callable[[ClassCounts], float]
    """The figure; NaN where it is not defined."""
    section: str = TAIL
    card: bool = False
    """Whether the page shows it on a card, as one of the chief figures of the tail."""

    def applies(self, counts: ClassCounts) -> bool:
        """Whether these counts have what the figure's section needs."""
        if self.section == SHIFT:
            return counts.test_counts is not None
        return self.section == TAIL or counts.labels is not None
