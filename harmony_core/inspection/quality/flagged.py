"""Every sample that a check marked, as one table: where it is, why, and which label fits better.

Axes: m marks, k pictures, n samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...arrays import Array
from ...readers.labels import Labels
from .finding import Finding

MOST = 50_000
"""Marks the table keeps; checks with few marks are kept whole, the others share the rest."""
COLUMNS = (
    "index", "sample", "split", "label", "check", "reason", "score", "suggested_label",
)  # fmt: skip
Name = Callable[[int], str]


@dataclass(frozen=True)
class Flagged:
    """One row for each mark: a sample that two checks marked stands there twice.

    Rows are sorted by check, in the order of the findings, and within a check the most suspicious
    come first where it has scores, else by position.
    """

    index: Array
    """(m,) int64 position in the file, from 0; the header of a table is not counted."""
    sample: tuple[str, ...]
    """(m,) what a person calls it: the row number from 1, or the path of an image."""
    split: tuple[str, ...]
    """(m,) its split; empty where the file names none."""
    label: tuple[str, ...]
    """(m,) the label in the file; empty for none."""
    check: tuple[str, ...]
    """(m,) a name of `measures.CHECKS`."""
    reason: tuple[str, ...]
    """(m,) what was found, in words."""
    score: Array
    """(m,) float64 how well the label fits, in [0, 1], as in cleanlab: lower is worse. NaN where
    the check does not judge labels."""
    suggested_label: tuple[str, ...]
    """(m,) the label that fits better; empty where the check suggests none."""
    left_out: dict[str, int] = field(default_factory=dict)
    """By check, the marks beyond `MOST`."""
    pictured: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(k,) rows of this table, from 0, whose sample has a picture."""
    pictures: Array = field(default_factory=lambda: np.zeros((0, 1, 1, 3), dtype=np.uint8))
    """(k, h, w, 3) uint8"""

    def __len__(self) -> int:
        return len(self.index)

    def columns(self) -> dict[str, list[int] | list[str] | list[float]]:
        """The table by the names of `COLUMNS`, each column with m cells."""
        return {
            "index": [int(i) for i in self.index],
            "sample": list(self.sample),
            "split": list(self.split),
            "label": list(self.label),
            "check": list(self.check),
            "reason": list(self.reason),
            "score": [float(s) for s in self.score],
            "suggested_label": list(self.suggested_label),
        }


def flag(findings: dict[str, Finding], labels: Labels, name: Name, most: int = MOST) -> Flagged:
    """The marks of all findings; ``name`` says what a person calls the sample at a position.

    >>> import numpy as np
    >>> labels = Labels(("cat", "dog"), ("all",), np.array([[2, 1]]), 3, codes=np.array([0, 1, 0]))
    >>> found = Finding(np.array([0, 1]), np.array([2, 1]), rows=np.array([1]),
    ...     scores=np.array([0.1]), suggested=np.array([0]), reasons=("looks like cat",))
    >>> table = flag({"suspects": found}, labels, lambda i: f"row {i + 1}")
    >>> table.sample, table.label, table.suggested_label
    (('row 2',), ('dog',), ('cat',))
    """
    takes = _shares({check: len(found.rows) for check, found in findings.items()}, most)
    index: list[Array] = [np.zeros(0, dtype=np.int64)]
    scores: list[Array] = [np.zeros(0)]
    checks: list[str] = []
    reasons: list[str] = []
    suggested: list[str] = []
    left_out = {}
    for check, found in findings.items():
        rows, score, best = found.rows, found.scores, found.suggested
        at = np.argsort(score, kind="stable") if len(score) else np.arange(len(rows))
        at = at[: takes[check]]
        index.append(rows[at])
        scores.append(score[at] if len(score) else np.full(len(at), np.nan))
        checks += [check] * len(at)
        words = found.reasons
        reasons += [words[i] if i < len(words) else "" for i in at.tolist()]
        codes = best[at].tolist() if len(best) else [-1] * len(at)
        suggested += [labels.names[c] if c >= 0 else "" for c in codes]
        if len(rows) > len(at):
            left_out[check] = len(rows) - len(at)
    where = np.concatenate(index)
    return Flagged(
        where,
        tuple(name(i) for i in where.tolist()),
        labels.split_names(where),
        _labels(labels, where),
        tuple(checks),
        tuple(reasons),
        np.concatenate(scores),
        tuple(suggested),
        left_out,
    )


def _shares(sizes: dict[str, int], most: int) -> dict[str, int]:
    """How many marks of each check are kept: the smallest first, the others share the rest."""
    takes, left = {}, most
    order = sorted(sizes, key=lambda check: sizes[check])
    for served, check in enumerate(order):
        takes[check] = min(sizes[check], left // (len(order) - served))
        left -= takes[check]
    return takes


def _labels(labels: Labels, where: Array) -> tuple[str, ...]:
    if labels.codes is None:
        return ("",) * len(where)
    return tuple(labels.names[c] if c >= 0 else "" for c in labels.codes[where].tolist())
