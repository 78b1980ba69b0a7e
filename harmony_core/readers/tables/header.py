"""Whether the first row of a table names the columns: it is compared with the rows below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s?%?$")
_FILE = re.compile(r".*[/\\].*|.*\.[A-Za-z]\w{1,4}$")
_COMMON = frozenset((
    "id", "index", "label", "labels", "class", "classes", "target", "category", "name", "names",
    "filename", "file", "file_name", "image", "image_id", "image_name", "path", "filepath",
    "url", "text", "sentence", "review", "title", "description", "split", "set", "subset",
    "usage", "count", "counts", "n", "y", "x", "species", "type", "tags", "tag", "date", "time",
    "score", "width", "height", "size",
))  # fmt: skip
_SAMPLED = 1_000


@dataclass(frozen=True)
class Header:
    """Whether there is one, and how clear that is."""

    present: bool
    sure: bool


def header_of(first: Sequence[str], body: Sequence[Sequence[str]]) -> Header:
    """Compare the first row with the rows below it, as wide as it is.

    For: a word above numbers, file names or values that repeat and that it is not one of; names
    that headers often have; the positions 0, 1, 2, … Against: a cell that occurs again below it, a
    number above numbers, a file name above file names, the same cell twice, cells without a text.

    >>> header_of(["x", "label"], [["0.5", "cat"], ["0.7", "dog"]]).present
    True
    >>> header_of(["0.1", "cat"], [["0.5", "cat"], ["0.7", "dog"]]).present
    False
    """
    cells = [cell.strip() for cell in first]
    series = cells == ["", "0"] and not any(NUMBER.match(row[0].strip()) for row in body)
    if series or _are_positions(cells) or _positions_then_names(cells, body):
        return Header(True, True)
    body = body[:_SAMPLED]
    score = sum(_evidence(cell, [row[i].strip() for row in body]) for i, cell in enumerate(cells))
    named = [cell for cell in cells if cell]
    if len(set(named)) < len(named) and not any(c.lower() in _COMMON for c in named):
        score -= 1.0
    if not named:
        score -= 2.0
    numbers = sum(NUMBER.match(cell) is not None for cell in named)
    if not body:
        return Header(numbers == 0, False)
    present = score > 0 or (score == 0 and numbers == 0)
    return Header(present, abs(score) >= 1.0)


def _are_positions(cells: Sequence[str]) -> bool:
    """0, 1, 2, …, as pandas writes for columns without names, also behind an empty cell."""
    rest = cells[1:] if cells and cells[0] in ("", "Unnamed: 0") else cells
    return (
        len(cells) > 1
        and list(rest) == [str(i) for i in range(len(rest))]
        and (len(cells) > 2 or rest is cells)
    )


def _positions_then_names(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """0, 1, 2, …, then words that do not occur below them: pandas, with columns that were added."""
    first = next((i for i, cell in enumerate(cells) if cell != str(i)), len(cells))
    return (
        3 <= first < len(cells)
        and not any(NUMBER.match(cell) or not cell for cell in cells[first:])
        and not any(row[i].strip() == cells[i] for row in body for i in range(first, len(cells)))
    )


def _evidence(cell: str, below: list[str]) -> float:
    """Above 0 if the cell names the values below it, below 0 if it is one of them."""
    values = [value for value in below if value]
    if not values:
        return 0.3 if cell and not NUMBER.match(cell) else 0.0
    if not cell:
        return 0.0
    n = len(values)
    numeric = sum(NUMBER.match(value) is not None for value in values) / n
    number = NUMBER.match(cell) is not None
    if numeric > 0.7:
        if not number:
            return 2.0
        return -1.5 if not re.fullmatch(r"(19|20)\d\d", cell) else -0.5
    if number:
        return -0.7 if numeric > 0.1 else 0.0
    distinct = set(values)
    if cell in distinct:
        return -2.0 if len(distinct) < n or n < 10 else -0.5
    if cell.lower().replace(" ", "_") in _COMMON:
        return 2.0
    files = sum(_FILE.match(value) is not None for value in values) / n
    if files > 0.8:
        return -1.0 if _FILE.match(cell) else 1.5
    repeats = len(distinct) <= 0.5 * n
    digits = sum(any(ch.isdigit() for ch in value) for value in values) / n
    if digits > 0.95 and not repeats:
        return -0.5 if any(ch.isdigit() for ch in cell) else 1.0
    if repeats:
        return 1.2 if n >= 8 else 0.6
    length = sum(map(len, values)) / n
    return 0.7 if length > 3 * len(cell) else 0.0
