"""What a quality check found, by class.

Axes: c classes, k columns, m marked samples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...readers.messages import listed, quoted
from .measures import CHECKS

if TYPE_CHECKING:
    from .flagged import Flagged

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
    """(m,) positions of the marked samples, from 0."""
    scores: Array = field(default_factory=lambda: np.zeros(0))
    """(m,) how well each label fits, in [0, 1], lower is worse; empty where the check has none."""
    suggested: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(m,) the class that fits better, −1 for none; empty where the check suggests none."""
    reasons: tuple[str, ...] = ()
    """What was found, in words, for each of the ``rows``; the last of very many have none."""

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
    unknown: tuple[int, ...] = ()
    """Classes that the model cannot tell from others, so that their labels are not judged."""
    agreement: float = math.nan
    """Share of the labels that the predictions agree with, which were made without them."""
    notes: tuple[str, ...] = ()
    flagged: Flagged | None = None
    """All marks as one table; ``None`` where no sample could be checked."""

    def of_class(self, c: int) -> dict[str, int]:
        """The counts of one class."""
        return {name: int(finding.counts[c]) for name, finding in self.findings.items()}

    def share(self, name: str, classes: Array) -> float:
        """Share of the samples of some classes that was marked; NaN if none was checked.

        Classes that could not be checked do not count; of those that were, every sample does.
        """
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
        found["not_told_apart"] = [names[c] for c in self.unknown]
        found["agreement"] = self.agreement
        found["notes"] = list(self.notes)
        return found

    def sentences(self, names: tuple[str, ...]) -> list[str]:
        """One line for each check, with the classes in which it found most."""
        lines = []
        for name, finding in self.findings.items():
            line = f"{CHECKS[name].title}: {finding.total:,}"
            if name == "suspects":
                line += f" of {int(finding.checked.sum()):,} judged labels"
            if finding.total:
                worst = np.argsort(-finding.counts, kind="stable")[:3]
                counted = [f"{quoted(names[c], 30)} {finding.counts[c]:,}" for c in worst]
                kept = [t for t, c in zip(counted, worst, strict=True) if finding.counts[c]]
                line += f" (most in {', '.join(kept)})"
            lines.append(line)
        if self.too_few:
            small = listed([names[c] for c in self.too_few], 20)
            lines.append(f"Note: Too few samples for their labels to be judged: {small}.")
        return [*lines, *(f"Note: {note}" for note in self.notes)]


def tally(rows: Array, codes: Array, classes: int) -> Array:
    """(c,) how many of ``rows`` belong to each class."""
    of = codes[rows]
    return np.bincount(of[of >= 0], minlength=classes).astype(np.int64)
