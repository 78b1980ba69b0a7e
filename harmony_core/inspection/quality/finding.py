"""What a quality check found, by class.

Axes: c classes, k columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...arrays import Array
from ...readers.messages import quoted
from .measures import CHECKS

EXAMPLES = 20


@dataclass(frozen=True)
class Finding:
    """How many samples of each class a check marked, and some of them."""

    counts: Array
    """(c,) marked samples."""
    checked: Array
    """(c,) checked samples."""
    examples: tuple[tuple[str, str], ...] = ()
    """The sample (a row number from 1, or a file), and what was found."""
    rows: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Positions of the marked samples, from 0."""

    @property
    def total(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True)
class Gaps:
    """Missing values of a table."""

    columns: tuple[str, ...]
    counts: Array
    """(c, k) missing cells."""


@dataclass(frozen=True)
class Quality:
    """All checks that could be made; ``findings`` by the names of `measures.CHECKS`."""

    findings: dict[str, Finding]
    totals: Array
    """(c,) labelled samples of all splits."""
    gaps: Gaps | None = None
    too_few: tuple[int, ...] = ()
    """Classes with too few samples for their labels to be judged."""
    notes: tuple[str, ...] = ()

    def of_class(self, c: int) -> dict[str, int]:
        """The counts of one class."""
        return {name: int(finding.counts[c]) for name, finding in self.findings.items()}

    def share(self, name: str, classes: Array) -> float:
        """Share of the checked samples of some classes that was marked; NaN if none was checked."""
        finding = self.findings.get(name)
        if finding is None or not finding.checked[classes].sum():
            return float("nan")
        return float(finding.counts[classes].sum() / finding.checked[classes].sum())

    def to_dict(self, names: tuple[str, ...]) -> dict[str, Any]:
        """JSON-ready; counts by class are in the document's ``classes``."""
        found: dict[str, Any] = {
            name: {
                "count": finding.total,
                "checked": int(finding.checked.sum()),
                "examples": [{"sample": a, "what": b} for a, b in finding.examples],
            }
            for name, finding in self.findings.items()
        }
        if self.gaps is not None:
            by_column = self.gaps.counts.sum(axis=0)
            found["missing_by_column"] = {
                column: int(n) for column, n in zip(self.gaps.columns, by_column, strict=True) if n
            }
        found["too_few_to_judge"] = [names[c] for c in self.too_few]
        found["notes"] = list(self.notes)
        return found

    def sentences(self, names: tuple[str, ...]) -> list[str]:
        """One line for each check, with the classes in which it found most."""
        lines = []
        for name, finding in self.findings.items():
            line = f"{CHECKS[name].title}: {finding.total:,}"
            if finding.total:
                worst = np.argsort(-finding.counts, kind="stable")[:3]
                listed = [f"{quoted(names[c], 30)} {finding.counts[c]:,}" for c in worst]
                kept = [t for t, c in zip(listed, worst, strict=True) if finding.counts[c]]
                line += f" (most in {', '.join(kept)})"
            lines.append(line)
        return [*lines, *(f"Note: {note}" for note in self.notes)]


def tally(rows: Array, codes: Array, classes: int) -> Array:
    """(c,) how many of ``rows`` belong to each class."""
    of = codes[rows]
    return np.bincount(of[of >= 0], minlength=classes).astype(np.int64)
