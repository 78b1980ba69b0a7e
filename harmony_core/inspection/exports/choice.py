"""What a cleaned copy leaves out and relabels: chosen by check, counted by class.

Axes: c classes, d dropped samples, r relabelled samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...readers.messages import listing, quoted
from ..quality.finding import Quality
from ..quality.flagged import Flagged
from ..quality.measures import CHECKS

REMOVABLE = tuple(name for name in CHECKS if name != "missing_values")
"""Checks that mark whole samples."""
RELABELS = ("suspects",)
"""Checks that suggest another label."""
DEFAULT_DROP = ("suspects", "leaks", "unreadable")
"""What is wrong, and not merely repeated."""


@dataclass(frozen=True)
class Choice:
    """Checks whose samples are dropped, and checks whose suggested labels are taken over.

    A sample of both is dropped. Raises `DataError` for an unknown check.
    """

    drop: tuple[str, ...] = DEFAULT_DROP
    relabel: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what, names, known in (
            ("dropped", self.drop, REMOVABLE), ("relabelled", self.relabel, RELABELS)
        ):  # fmt: skip
            unknown = [name for name in names if name not in known]
            if unknown:
                raise DataError(
                    f"Expected checks whose samples can be {what} ({', '.join(known)}), but got "
                    f"{quoted(unknown[0])}."
                )


@dataclass(frozen=True)
class Changes:
    """A choice applied to the samples of one file; positions count from 0 and are sorted."""

    dropped: Array
    """(d,) int64 positions"""
    relabelled: Array
    """(r,) int64 positions, none of them dropped"""
    new_labels: tuple[str, ...]
    """(r,)"""
    names: tuple[str, ...]
    """(c,) classes"""
    before: Array
    """(c,) labelled samples of all splits"""
    removed: Array
    """(c,) dropped samples"""
    moved_out: Array
    """(c,) samples that get another label"""
    moved_in: Array
    """(c,) samples that get this label"""
    notes: tuple[str, ...] = ()

    @property
    def after(self) -> Array:
        """(c,) labelled samples of the cleaned copy."""
        return np.asarray(self.before - self.removed - self.moved_out + self.moved_in)

    def rows(self) -> list[dict[str, int | str]]:
        """A row for each class that changes, the most changed first."""
        changed = self.removed + self.moved_out + self.moved_in
        return [
            {
                "class": self.names[c],
                "before": int(self.before[c]),
                "removed": int(self.removed[c]),
                "relabelled": int(self.moved_out[c]),
                "gained": int(self.moved_in[c]),
                "after": int(self.after[c]),
            }
            for c in np.argsort(-changed, kind="stable").tolist()
            if changed[c]
        ]

    def sentences(self) -> list[str]:
        """What changes, in words."""
        lines = [
            f"Leaves out {len(self.dropped):,} of {int(self.before.sum()):,} samples and relabels "
            f"{len(self.relabelled):,}."
        ]
        lines += [
            f"  {quoted(str(row['class']), 40)}: {row['before']:,} before, {row['removed']:,} "
            f"left out, {row['relabelled']:,} relabelled, {row['gained']:,} gained, "
            f"{row['after']:,} left"
            for row in self.rows()
        ]
        return [*lines, *(f"Note: {note}" for note in self.notes)]


def changes(flagged: Flagged, names: Sequence[str], totals: Array, choice: Choice) -> Changes:
    """What a choice does to the samples that checks marked; ``totals`` (c,) count all samples.

    >>> import numpy as np
    >>> marks = Flagged(
    ...     np.array([4, 7]), ("row 5", "row 8"), ("", ""), ("cat", "dog"), ("leaks", "suspects"),
    ...     ("equals row 1", "looks like cat"), np.array([np.nan, 0.1]), ("", "cat"))
    >>> made = changes(marks, ("cat", "dog"), np.array([9, 3]), Choice(("leaks",), ("suspects",)))
    >>> made.dropped.tolist(), made.relabelled.tolist(), made.after.tolist()
    ([4], [7], [9, 2])
    """
    place = {name: c for c, name in enumerate(names)}
    checks = np.array(flagged.check, dtype=object)
    codes = np.array([place.get(label, -1) for label in flagged.label], dtype=np.int64)
    better = np.array([place.get(label, -1) for label in flagged.suggested_label], dtype=np.int64)
    dropped, first = np.unique(flagged.index[np.isin(checks, choice.drop)], return_index=True)
    of_dropped = codes[np.isin(checks, choice.drop)][first]
    moved = np.isin(checks, choice.relabel) & (better >= 0)
    moved &= ~np.isin(flagged.index, dropped)
    relabelled, first = np.unique(flagged.index[moved], return_index=True)
    old, new = codes[moved][first], better[moved][first]
    c = len(names)
    made = Changes(
        dropped.astype(np.int64), relabelled.astype(np.int64),
        tuple(names[k] for k in new.tolist()), tuple(names), np.asarray(totals),
        _count(of_dropped, c), _count(old, c), _count(new, c),
    )  # fmt: skip
    return _with_notes(made, flagged, choice)


def _with_notes(made: Changes, flagged: Flagged, choice: Choice) -> Changes:
    notes = []
    gone = [made.names[k] for k in np.flatnonzero((made.before > 0) & (made.after <= 0))]
    if gone:
        notes.append(
            f"No sample is left of: {listing(gone)}. Look at them before you use the copy."
        )
    for check, n in flagged.left_out.items():
        if check in (*choice.drop, *choice.relabel):
            notes.append(
                f"{n:,} more marks of {CHECKS[check].title.lower()} are beyond the table of "
                "flagged samples and stay; clean the copy again."
            )
    return replace(made, notes=tuple(notes))


def _count(codes: Array, c: int) -> Array:
    return np.bincount(codes[codes >= 0], minlength=c).astype(np.int64)


def flagged_of(quality: Quality | None) -> Flagged:
    """The samples that checks marked; `DataError` if nothing was checked."""
    if quality is None or quality.flagged is None:
        raise DataError(
            "Expected samples that were checked, but got none: the file holds counts, annotations "
            "or several labels a row, or the checks were skipped. Leave out --fast, or provide the "
            "samples themselves."
        )
    return quality.flagged
