"""What any figure or check of an inspection says about itself, and how its value is written."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A name with its one-sentence definition and its meaning for training."""

    name: str
    title: str
    definition: str
    meaning: str
    style: str = "number"
    """``count``, ``share`` (in [0, 1], shown in percent), ``factor`` (shown as ×) or ``number``."""
    reference: str = ""

    @property
    def defined(self) -> str:
        """The definition with its source."""
        return f"{self.definition} ({self.reference})" if self.reference else self.definition

    def show(self, value: float | None) -> str:
        """A value as a person reads it.

        >>> Measure("ratio", "Ratio", "Large over small.", "How uneven.", "factor").show(12.345)
        '12.3 ×'
        """
        if value is None or not math.isfinite(value):
            return "–"
        if self.style == "count":
            return f"{value:,.0f}"
        if self.style == "share":
            return f"{100 * value:.1f} %"
        if self.style == "factor":
            return f"{value:,.0f} ×" if value >= 100 else f"{value:.3g} ×"
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.3g}"
