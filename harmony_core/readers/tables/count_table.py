"""Tables that list classes with their counts: which columns are which, and the counts.

A share, a rank, a text or a total beside the counts is left out, as is a row with the total.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..labels import ALL, SPLITS, Labels, split_of
from ..messages import listed, quoted
from ..samples import Sample
from .column_facts import Facts, facts_of, letters, words
from .label_column import CLEAR, LABEL_NAMES

_COUNT_WORDS = frozenset((
    "n", "count", "counts", "samples", "sample", "images", "image", "instances", "instance",
    "freq", "frequency", "occurrences", "support", "total", "annotations", "objects",
    "examples", "observations", "rows", "files", "boxes", "anzahl", "nombre", "número",
    "numero", "cantidad", "menge", "häufigkeit", "effectif", "conteo",
))  # fmt: skip
_WEAK_COUNT_WORDS = frozenset((
    "num", "number", "size", "amount", "quantity", "value", "values", "items",
))  # fmt: skip
_OBJECT_WORDS = frozenset(("instance", "instances", "objects", "annotations", "boxes"))
_COUNT_NAMES = frozenset(("count", "counts", "ncount", "nsamples", "nimages", "frequency", "freq"))
_SHARE_WORDS = frozenset((
    "percent", "percentage", "share", "ratio", "proportion", "fraction", "weight", "pct",
    "anteil", "prozent", "prob", "probability",
))  # fmt: skip
_ITEM_WORDS = frozenset(("id", "sku", "uuid", "file", "filename", "path", "image", "url"))
"""In the names of columns that name samples."""
_OTHER_WORDS = frozenset((
    "id", "index", "idx", "rank", "nr", "no", "code",
))  # fmt: skip
_TOTALS = frozenset((
    "total", "sum", "all", "overall", "grandtotal", "gesamt", "summe", "insgesamt", "totale",
    "totaal", "totals", "итого", "合计", "somme", "suma",
))  # fmt: skip
_GROUPED = re.compile(
    r"[-+]?\d{1,3}(?:([,.'’_ \u00a0\u2009\u202f])\d{2,3})(?:\1\d{2,3})*(?<=\d{3})$"
)
_WHOLE = re.compile(r"\+?\d+([.,]0*)?$")
_ITEM = re.compile(r".*\.\w{2,4}$|.*[/\\].*|[A-Za-z]+[-_ ]?\d+([-_]\d+)*$|\d+$")
"""What names a sample rather than a class."""


@dataclass(frozen=True)
class CountColumns:
    """Where a table of counts keeps what."""

    name: str
    counts: tuple[str, ...]
    """One column, or one for each split."""
    left: tuple[str, ...] = ()
    """Columns that are neither."""


def count_of(cell: str) -> int | None:
    """A whole number from 0 on, however its thousands are apart; ``None`` for anything else.

    >>> count_of("12,340"), count_of("1.180"), count_of("12 340"), count_of("96.0"), count_of("0.5")
    (12340, 1180, 12340, 96, None)
    """
    text = cell.strip()
    if len(text) > 40:
        return None
    if _WHOLE.match(text):
        return int(re.split(r"[.,]", text)[0])
    if _GROUPED.match(text) and not text.startswith("-") and not text.startswith("0"):
        return int(re.sub(r"\D", "", text))
    return None


def count_columns(sample: Sample, columns: tuple[str, ...]) -> CountColumns | None:
    """Name and count columns, if the table is a list of classes with their counts."""
    if not sample.whole or not 2 <= len(columns) <= 12 or sample.rows < 1 or sample.lists:
        return None
    counted = {c: _counts(sample.columns[c]) for c in columns}
    facts = {c: facts_of(sample.columns[c]) for c in columns}
    headless = all(re.fullmatch(r"column_\d+|\d+", c) for c in columns)
    _refuse_repeated(sample, columns, counted)
    for name in sorted(columns, key=lambda c: (counted[c] is not None, columns.index(c))):
        if not facts[name].distinct == facts[name].values == sample.rows:
            continue
        found = _beside(name, sample, columns, counted, facts, headless)
        if found is not None:
            return found
    return None


def given_counts(sample: Sample, found: CountColumns) -> tuple[Labels, list[str]]:
    """The labels of a table of counts, and what was left out; splits are kept apart."""
    names = [str(v) for v in sample.columns[found.name]]
    if all(re.match(r".+[:=]$", name) for name in names):
        names = [name[:-1].strip() for name in names]
    by_column = {
        c: [count_of(cell or "0") or 0 for cell in sample.columns[c]] for c in found.counts
    }
    notes = []
    if found.left:
        notes.append(f"Columns beside the counts were not used: {listed(found.left)}.")
    total = _total_row(names, list(by_column.values()))
    if total is not None:
        notes.append(f"The row {quoted(names[total])} is the sum of the others; it was left out.")
        names.pop(total)
        for values in by_column.values():
            values.pop(total)
    by_split: dict[str, Array] = {}
    for column, values in by_column.items():
        if max(values, default=0) > limits.COUNT:
            raise DataError(
                f"Expected counts from 0 to {limits.COUNT:.0e}, but got "
                f"{quoted(str(max(values)))} in column {quoted(column)}."
            )
        by_split.setdefault(_split(column) or ALL, np.array(values, dtype=np.int64))
    splits = tuple(s for s in SPLITS if s in by_split) or (ALL,)
    counts = np.stack([by_split[s] for s in splits])
    if not counts[0].sum():
        raise DataError(
            f"Expected counts above 0, but every class has 0 samples ({listed(found.counts)})."
        )
    return Labels(tuple(names), splits, counts, rows=int(counts.sum())), notes


def _counts(cells: Sequence[str | None]) -> list[int] | None:
    """The counts in a column; ``None`` if a cell is none."""
    values = [count_of(cell) if cell is not None else None for cell in cells]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _beside(
    name: str,
    sample: Sample,
    columns: tuple[str, ...],
    counted: dict[str, list[int] | None],
    facts: dict[str, Facts],
    headless: bool,
) -> CountColumns | None:
    """The counts of the classes in ``name``, if there are any."""
    others = [c for c in columns if c != name]
    whole = [c for c in others if counted[c] is not None and not _is_other(c, counted[c])]
    splits = [c for c in whole if _split(c)]
    strong = [c for c in whole if set(words(c)) & _COUNT_WORDS and not _is_share(c)]
    items = sum(_ITEM.match(v or "") is not None for v in sample.columns[name]) / sample.rows
    if set(words(name)) & _ITEM_WORDS and LABEL_NAMES.get(letters(name), 0) < CLEAR:
        return None
    class_named = LABEL_NAMES.get(letters(name), 0) >= 40 or letters(name) in (
        "name", "names", "classes", "item", "value",
    )  # fmt: skip
    chosen: list[str] = []
    if splits and len({_split(c) for c in splits}) == len(splits):
        if len(splits) + sum(_is_total(c, splits, counted) for c in whole) == len(whole):
            chosen = splits
    elif strong and (len(strong) == len(whole) or class_named):
        chosen = [_one_of(strong, counted)]
    if chosen:
        return (
            _found(name, chosen, others)
            if items < 0.8 or class_named or items_are_ids(sample, name, counted[chosen[0]])
            else None
        )
    if items >= 0.8 or len(whole) != 1:
        return None
    column = whole[0]
    values = counted[column] or []
    plausible = len(set(values)) >= 0.3 * len(values) or len(values) < 4
    weak = bool(set(words(column)) & _WEAK_COUNT_WORDS)
    counts_of_values = re.fullmatch(r"column_\d+|Unnamed: 0", name) and not headless
    falling = values == sorted(values, reverse=True)
    rest = [c for c in others if c != column]
    free = all(
        _is_share(c) or _sums_to_one(sample.columns[c]) or facts[c].numeric < 0.5 for c in rest
    )
    if not plausible or not free:
        return None
    if (headless and len(columns) == 2) or weak or (counts_of_values and falling):
        return _found(name, [column], others)
    return None


def _one_of(columns: list[str], counted: dict[str, list[int] | None]) -> str:
    """The column that counts labelled objects, or samples; `DataError` if that is not clear."""
    plain = [c for c in columns if letters(c) in _COUNT_WORDS]
    objects = [c for c in columns if set(words(c)) & _OBJECT_WORDS]
    totals = [c for c in columns if _is_total(c, [o for o in columns if o != c], counted)]
    for found in (columns, objects, totals, plain):
        if len(found) == 1:
            return found[0]
    raise DataError(
        f"Expected one column of counts, or one for each split, but got {listed(columns)}. "
        "Keep the one that counts the samples."
    )


def _refuse_repeated(
    sample: Sample, columns: tuple[str, ...], counted: dict[str, list[int] | None]
) -> None:
    """Raise `DataError` for a class that stands twice in what is called a table of counts."""
    if len(columns) != 2:
        return
    for name, column in (columns, columns[::-1]):
        called = LABEL_NAMES.get(letters(name), 0) >= CLEAR and letters(column) in _COUNT_NAMES
        names = [cell for cell in sample.columns[name] if cell is not None]
        twice = [cell for cell in dict.fromkeys(names) if names.count(cell) > 1] if called else []
        if twice and counted[column] is not None and len(twice) <= len(names) / 4:
            raise DataError(
                f"Expected every class once beside its count, but got {listed(twice)} more than "
                "once. Add their counts up; if each row is a sample, name its label with `--label`."
            )


def items_are_ids(sample: Sample, name: str, counts: list[int] | None) -> bool:
    """Whether classes are called by numbers, with counts that are far from all alike."""
    numbered = all((v or "").lstrip("-").isdigit() for v in sample.columns[name])
    return numbered and sum(counts or []) > 2 * sample.rows


def _found(name: str, chosen: list[str], others: list[str]) -> CountColumns:
    return CountColumns(name, tuple(chosen), tuple(c for c in others if c not in chosen))


def _split(column: str) -> str:
    """The split that one word of a column's name says."""
    meant = {split for word in words(column) if (split := split_of(word))}
    return meant.pop() if len(meant) == 1 else ""


def _is_share(column: str) -> bool:
    return "%" in column or bool(set(words(column)) & _SHARE_WORDS)


def _is_other(column: str, values: list[int] | None) -> bool:
    """A number of the class, a rank or a share."""
    if _is_share(column):
        return True
    n = len(values or [])
    steps = n > 2 and values in (list(range(n)), list(range(1, n + 1)))
    return (bool(set(words(column)) & _OTHER_WORDS) and not set(words(column)) & _COUNT_WORDS) or (
        steps and not set(words(column)) & _COUNT_WORDS
    )


def _is_total(column: str, splits: list[str], counted: dict[str, list[int] | None]) -> bool:
    """Whether a column is the sum of the splits."""
    parts = zip(*(counted[c] or [] for c in splits), strict=True)
    return column not in splits and counted[column] == [sum(values) for values in parts]


def _sums_to_one(cells: Sequence[str | None]) -> bool:
    """Whether numbers are shares of a whole, as fractions or in percent."""
    try:
        total = sum(float((cell or "nan").strip().rstrip("%").replace(",", ".")) for cell in cells)
    except ValueError:
        return False
    return abs(total - 1) < 0.02 or abs(total - 100) < 2


def _total_row(names: list[str], columns: list[list[int]]) -> int | None:
    """The row that is called a total and is the sum of the others."""
    for row in {0, len(names) - 1} if len(names) > 2 else ():
        called = letters(names[row]) in _TOTALS
        if called and all(sum(values) == 2 * values[row] for values in columns):
            return row
    return None
