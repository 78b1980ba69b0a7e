"""What a check of the profile found, with what it assumed, how sure it is and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...analysis.intervals import Estimate
from ...readers.messages import quoted
from .checks import PROFILE_CHECKS

FOUND, PERHAPS, NONE, UNKNOWN = "found", "perhaps", "none", "unknown"
STATES = {FOUND: "Found", PERHAPS: "Perhaps", NONE: "No sign", UNKNOWN: "Cannot be said"}
"""How sure a check is, and how that reads."""


@dataclass(frozen=True)
class ColumnScore:
    """What one column alone says, in the unit of the check."""

    name: str
    score: Estimate
    words: str = ""
    """What it looks like, such as "median 3.1 in the tail, 1.2 in the rest"."""


@dataclass(frozen=True)
class ProfileFinding:
    """The result of one check."""

    state: str
    """One of `STATES`."""
    headline: str
    """The finding with its figure, as one sentence."""
    assumed: str
    """What was assumed and how it was measured, with the number of samples."""
    advice: str
    """What to do; ``""`` for nothing."""
    score: Estimate | None = None
    columns: tuple[ColumnScore, ...] = ()
    """The columns it rests on, the strongest first."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "state": self.state,
            "headline": self.headline,
            "assumed": self.assumed,
            "advice": self.advice,
            "score": None if self.score is None else self.score.to_dict(),
            "columns": [
                {"name": c.name, "score": c.score.to_dict(), "words": c.words} for c in self.columns
            ],
        }


@dataclass(frozen=True)
class Profile:
    """All checks that apply to a file; ``findings`` by the names of `PROFILE_CHECKS`."""

    findings: dict[str, ProfileFinding]
    rows: int
    """Different samples that were looked at."""
    total: int
    """Labelled samples of all splits."""
    seconds: float
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            **{name: finding.to_dict() for name, finding in self.findings.items()},
            "rows": self.rows,
            "total": self.total,
            "seconds": round(self.seconds, 1),
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """Lines for a terminal: what was found first, then what to do about it."""
        lines = []
        for name, finding in self.findings.items():
            title = PROFILE_CHECKS[name].measure.title
            lines.append(f"{title}: {STATES[finding.state].lower()}. {finding.headline}")
            for column in finding.columns[:3] if finding.state in (FOUND, PERHAPS) else ():
                words = f" ({column.words})" if column.words else ""
                lines.append(f"  {quoted(column.name, 40)} {interval(column.score)}{words}")
            if finding.advice:
                lines.append(f"  {finding.advice}")
        return [*lines, *(f"Note: {note}" for note in self.notes)]


def interval(score: Estimate) -> str:
    """A share with its interval.

    >>> interval(Estimate(0.913, 0.9, 0.92))
    '0.91 (0.90 to 0.92)'
    """
    return f"{score.mean:.2f} ({score.low:.2f} to {score.high:.2f})"
