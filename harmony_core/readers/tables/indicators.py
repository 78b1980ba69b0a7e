"""Groups of columns that each mark one class: one-hot, or several classes at once.

Axes: n rows, k columns of the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ..samples import Sample
from .column_facts import words

_CODES = ({"0", "1"}, {"true", "false"}, {"-1", "1"}, {"yes", "no"}, {"y", "n"})
_MARKED = frozenset(("1", "true", "yes", "y"))
_TO = ".."
_SPELLINGS = 20
"""Ways in which a column may write its marks."""


@dataclass(frozen=True)
class Indicators:
    """Neighbouring columns, each 1 (or true, or yes) where a row is of its class."""

    columns: tuple[str, ...]
    exclusive: bool
    """Whether each sampled row is of one class, at most."""
    prefix: str = ""
    """The word that all names begin with; empty for none."""

    @property
    def title(self) -> str:
        """What the group is called among the columns; `named_group` reads it back."""
        return f"{self.columns[0]}{_TO}{self.columns[-1]}"


def is_marked(cell: str) -> bool:
    """Whether a cell says that the row is of the column's class."""
    return _plain(cell) in _MARKED


def indicator_groups(sample: Sample, columns: tuple[str, ...]) -> list[Indicators]:
    """The groups of a table; single columns and such without any mark are none."""
    groups: list[Indicators] = []
    run: list[str] = []
    code: set[str] = set()
    for name in (*columns, ""):
        values = _values(sample, name) if name else set()
        fits = bool(values) and any(values | code <= known for known in _CODES)
        if run and not fits:
            groups += _within(sample, run)
            run, code = [], set()
            fits = bool(values) and any(values <= known for known in _CODES)
        if fits:
            run.append(name)
            code |= values
    return groups


def named_group(title: str, sample: Sample, columns: tuple[str, ...]) -> Indicators | None:
    """The group that `Indicators.title` names, if its columns hold marks."""
    for at in range(len(title)):
        first, last = title[:at], title[at + len(_TO) :]
        if title[at : at + len(_TO)] == _TO and first in columns and last in columns:
            names = columns[columns.index(first) : columns.index(last) + 1]
            values = set().union(*(_values(sample, name) for name in names))
            if len(names) > 1 and any(values <= known for known in _CODES):
                return _group(sample, list(names))
    return None


def _within(sample: Sample, run: list[str]) -> list[Indicators]:
    """The groups in a run of such columns: by the first word of their names, or all of them."""
    by_prefix = [list(names) for _, names in groupby(run, key=_prefix)]
    several = [names for names in by_prefix if len(names) > 1]
    parts = [part for names in several if (part := _group(sample, names)).exclusive]
    if parts and len(by_prefix) > 1:
        return parts
    whole = _group(sample, run)
    enough = len(run) > 2 or (len(run) == 2 and whole.exclusive)
    return [whole] if enough else []


def _group(sample: Sample, names: list[str]) -> Indicators:
    totals = [0] * sample.rows
    for name in names:
        for row, cell in enumerate(sample.columns[name]):
            totals[row] += cell is not None and is_marked(cell)
    one = sum(total == 1 for total in totals)
    exclusive = max(totals, default=0) == 1 and one >= 0.9 * len(totals)
    prefixes = {_prefix(name) for name in names}
    return Indicators(tuple(names), exclusive, prefixes.pop() if len(prefixes) == 1 else "")


def _prefix(name: str) -> str:
    parts = words(name)
    return parts[0].rstrip("0123456789") if parts else ""


def _values(sample: Sample, name: str) -> set[str]:
    """The different cells of a column; empty if any is missing or they are too many for marks."""
    cells = set(sample.columns[name])
    if None in cells or len(cells) > _SPELLINGS:
        return set()
    return {_plain(cell) for cell in cells if cell is not None}


def _plain(cell: str) -> str:
    text = cell.strip().lower()
    whole, point, zeros = text.partition(".")
    return whole if point and not zeros.strip("0") else text
