"""Guess which column holds the labels, which the split, and whether cells hold several labels."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

from ...errors import DataError
from .. import limits
from ..format import AUTO, NONE
from ..labels import MISSING, SPLIT_WORDS, split_of
from ..messages import listed, quoted
from ..samples import Sample

LABEL_NAMES = {
    "label": 100, "labels": 100, "class": 95, "target": 95, "classname": 95, "classlabel": 95,
    "classes": 90, "category": 85, "categories": 85, "categoryname": 85, "y": 80, "species": 80,
    "diagnosis": 80, "outcome": 70, "genre": 70, "genres": 70, "tag": 70, "tags": 70, "digit": 65,
    "breed": 60, "variety": 60, "intent": 70, "sentiment": 70, "topic": 60, "topics": 60,
    "type": 50, "kind": 50, "fraud": 70, "isfraud": 80, "churn": 70, "survived": 70, "response": 40,
    "result": 45, "status": 40, "family": 40, "genus": 40, "group": 30,
}  # fmt: skip
_ID = re.compile(
    r"(^|_|\b)(id|uuid|guid|index|idx|key|file|filename|path|url|image|date|time|timestamp|name|email|phone|address)($|_|\b)|Id$|ID$",
    re.IGNORECASE,
)
_SPLIT_NAMES = {"split", "set", "subset", "partition", "phase", "fold", "usage", "datasplit"}
_COUNT_NAMES = re.compile(
    r"^(n|num|number|count|counts|samples?|images?|instances?|freq|frequency|size|total|rows|amount"
    r"|occurrences|(n|num|number|count|total)_?(of_?)?[a-z]+|[a-z]+_?counts?)$"
)
SEPARATORS = (";", "|", ",")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


@dataclass(frozen=True)
class Facts:
    """What the sampled cells of a column have in common."""

    values: int
    distinct: int
    numeric: float
    whole: float
    length: float
    """Mean characters."""

    @property
    def unique(self) -> float:
        return self.distinct / max(self.values, 1)


def facts_of(cells: list[str | None]) -> Facts:
    """The facts of a column's sampled cells."""
    values = [cell for cell in cells if cell is not None and cell not in MISSING]
    n = max(len(values), 1)
    numbers = [v for v in values if _NUMBER.match(v)]
    whole = sum("." not in v.rstrip("0").rstrip(".") and "e" not in v.lower() for v in numbers)
    length = sum(len(v) for v in values) / n
    return Facts(len(values), len(set(values)), len(numbers) / n, whole / n, length)


@dataclass(frozen=True)
class LabelColumns:
    """Where a table keeps its labels and splits."""

    label: str
    reason: str
    """Why that column was chosen."""
    others: tuple[str, ...] = ()
    """Other columns that could hold the labels, the likeliest first."""
    split: str = ""
    """The column that says train or test; empty for none."""
    separator: str | None = None
    """Between several labels in a cell, ``"[]"`` for lists; ``None`` for one label a cell."""


def choose_columns(
    sample: Sample, columns: tuple[str, ...], label: str | None, split: str | None, separator: str
) -> LabelColumns:
    """The columns as given, and guessed where they are ``None`` (the separator where it is auto).

    Raises `DataError` if a given column does not fit, or none looks like labels.
    """
    chosen, reason, others = _label_column(sample, columns, label)
    return LabelColumns(
        chosen,
        reason,
        others,
        _split_column(sample, columns, chosen, split),
        separator_of(sample.columns[chosen], chosen in sample.lists, separator),
    )


def _label_column(
    sample: Sample, columns: tuple[str, ...], given: str | None
) -> tuple[str, str, tuple[str, ...]]:
    """The given label column, or the likeliest one; why; and which others it could be."""
    facts = {name: facts_of(sample.columns[name]) for name in columns}
    scores = {
        name: _score(name, facts[name], position, len(columns), name in sample.lists)
        for position, name in enumerate(columns)
    }
    ranked = sorted((n for n in columns if scores[n] > 0), key=lambda name: -scores[name])
    if given is not None:
        found = [n for n in columns if n == given] or [
            n for n in columns if n.strip().lower() == given.strip().lower()
        ]
        if len(found) != 1:
            raise DataError(
                f"Expected the label column to be one of {listed(list(columns), 12)}, "
                f"but got {quoted(given)}."
            )
        others = tuple(n for n in ranked if n != found[0])
        return found[0], "chosen by you", others
    if not ranked or scores[ranked[0]] < 25:
        raise DataError(
            "Expected a column of class labels, but none looks like one: measurements, identifiers "
            f"and free text are not classes. Name it; the columns are {listed(list(columns), 12)}."
        )
    best = ranked[0]
    reason = (
        "its name says so"
        if _letters(best) in LABEL_NAMES
        else f"it holds {facts[best].distinct:,} values that repeat"
    )
    return best, reason, tuple(ranked[1:])


def _letters(name: str) -> str:
    """The letters and digits of a name, in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _score(name: str, facts: Facts, position: int, width: int, is_list: bool) -> float:
    """How likely a column holds labels; 0 rules it out."""
    letters = _letters(name)
    named = float(LABEL_NAMES.get(letters, 0))
    if not named and re.search(r"(label|class|target|category)(s|name|id)?$", letters):
        named = 60.0
    n = facts.values
    if n == 0:
        return named
    measured = facts.numeric > 0.9 and facts.whole < 0.95
    identifies_rows = n >= 20 and facts.unique > 0.9 and not is_list
    if measured and facts.distinct > 20:
        return 0.0
    if identifies_rows or facts.length > 120:
        return named / 4 if named >= 60 else 0.0
    score = named
    if is_list:
        score += 30
    elif facts.numeric < 0.5:
        score += 40 if facts.distinct <= max(50, n / 4) else 15
    elif facts.whole > 0.95:
        score += 30 if facts.distinct <= 30 else 5
    if facts.distinct == 1:
        score -= 45
    if not named and _ID.search(name):
        score -= 40
    if letters in _SPLIT_NAMES:
        score -= 60
    score += 20 if position == width - 1 else 6 if position == 0 else 0
    return max(score, 0.0)


def _guess_split(sample: Sample, columns: tuple[str, ...], label: str) -> str:
    """The column that says train or test, or an empty text."""
    for name in columns:
        if name == label:
            continue
        values = {v.strip().lower() for v in sample.columns[name] if v is not None}
        if (
            values
            and values <= set(SPLIT_WORDS)
            and (len({SPLIT_WORDS[v] for v in values}) > 1 or _letters(name) in _SPLIT_NAMES)
        ):
            return name
    return ""


def _split_column(sample: Sample, columns: tuple[str, ...], label: str, given: str | None) -> str:
    if given is None:
        return _guess_split(sample, columns, label)
    if given == "":
        return ""
    if given not in columns or given == label:
        raise DataError(
            "Expected the split column to be one of "
            f"{listed([c for c in columns if c != label], 12)}, but got {quoted(given)}."
        )
    values = {v for v in sample.columns.get(given, []) if v is not None}
    if not any(split_of(v) for v in values):
        raise DataError(
            f"Expected column {quoted(given)} to say train, validation or test, but got "
            f"{listed(sorted(values))}."
        )
    return given


def separator_of(cells: list[str | None], is_list: bool, given: str = AUTO) -> str | None:
    """What separates several labels in a cell, as given or guessed; ``None`` for one label."""
    if given == AUTO:
        return _guess_separator(cells, is_list)
    return None if given == NONE else given


def _guess_separator(cells: list[str | None], is_list: bool) -> str | None:
    """What separates several labels in a cell: a character, ``"[]"`` for lists, or ``None``.

    A separator has to occur in a tenth of the cells, and the parts have to recur in other
    combinations: fewer different parts than different cells, each in two cells on average.
    """
    values = [v for v in cells if v is not None and v not in MISSING]
    if is_list:
        return "[]"
    if not values:
        return None
    bracketed = sum(parse_list(v) is not None for v in values)
    if bracketed > 0.9 * len(values):
        return "[]"
    for separator in SEPARATORS:
        joined = [v for v in values if separator in v]
        if len(joined) < 0.1 * len(values):
            continue
        cells_of = {v: {p.strip() for p in v.split(separator) if p.strip()} for v in set(values)}
        parts = Counter(p for found in cells_of.values() for p in found)
        alone = {next(iter(found)) for found in cells_of.values() if len(found) == 1}
        if (
            len(parts) < len(cells_of)
            and sum(parts.values()) >= 2 * len(parts)
            and (separator != "," or len(alone & set(parts)) >= 0.3 * len(parts))
        ):
            return separator
    return None


def parse_list(cell: str) -> list[str] | None:
    """A cell such as ``["a", "b"]`` or ``['a']`` as a list, or ``None``."""
    text = cell.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > limits.FIELD_CHARACTERS:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        inner = text[1:-1]
        found = [part.strip().strip("'\"") for part in inner.split(",")] if inner.strip() else []
    if not isinstance(found, list) or any(isinstance(v, list | dict) for v in found):
        return None
    return [str(v).strip() for v in found if v is not None]


def count_columns(sample: Sample, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Name and count columns if the table is a list of classes with their counts."""
    if not sample.whole or not 2 <= len(columns) <= 8 or sample.rows < 1 or sample.lists:
        return None
    facts = {name: facts_of(sample.columns[name]) for name in columns}
    named = [c for c in columns if facts[c].distinct == facts[c].values == sample.rows]
    for name in named:
        others = [c for c in columns if c != name]
        counting = all(
            facts[c].whole == 1
            and facts[c].values == sample.rows
            and all(not (v or "").startswith("-") for v in sample.columns[c])
            for c in others
        )
        says = [
            c for c in others
            if _COUNT_NAMES.match(c.strip().lower().replace(" ", "_")) or split_of(c)
        ]  # fmt: skip
        headless = all(re.fullmatch(r"column_\d+", c) for c in columns) and len(columns) == 2
        files = any(re.search(r"\.\w{2,4}$", v or "") for v in sample.columns[name][:20])
        if headless and (files or facts[others[0]].unique < 0.3):
            continue
        if counting and (len(says) == len(others) or headless):
            return name, tuple(others)
    return None
