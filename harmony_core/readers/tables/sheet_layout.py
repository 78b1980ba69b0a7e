"""Where the table of a worksheet begins: below titles, right of empty columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import DataError
from ..format import AUTO, YES
from ..messages import quoted
from ..samples import Sample
from .count_table import count_columns
from .header import header_of
from .label_column import label_column
from .memory_table import as_text
from .table_file import unique_names


@dataclass(frozen=True)
class SheetLayout:
    """How to read the rows of a sheet; empty rows are not counted."""

    skip: int
    """Rows above the first row of data."""
    width: int
    places: tuple[int, ...]
    """The cells of a row that belong to the table."""
    columns: tuple[str, ...]
    labelled: bool
    """Whether a column looks like labels, or the sheet lists classes with counts."""
    named: bool = True
    """Whether a row names the columns."""
    notes: list[str] = field(default_factory=list)


def sheet_layout(rows: Sequence[Sequence[Any]], header: str = AUTO) -> SheetLayout:
    """The layout of a sheet by its first rows, of which none is empty.

    The rows of a table have the commonest number of filled cells; titles above it have fewer.
    """
    filled = [sum(cell is not None for cell in row) for row in rows]
    usual = max(Counter(filled).items(), key=lambda item: (item[1], item[0]))[0]
    first = next(i for i, count in enumerate(filled) if count >= usual)
    if first and filled[first - 1] >= max(0.6 * usual, 2):
        own = header_of(_texts(rows[first]), [_texts(row) for row in rows[first + 1 :]])
        first -= not (own.present and own.sure)  # else a header without some of the names
    table = rows[first:]
    width = max(len(row) for row in table)
    texts = [[as_text(cell) or "" for cell in row] + [""] * (width - len(row)) for row in table]
    places = tuple(i for i in range(width) if any(row[i] for row in texts))
    texts = [[row[i] for i in places] for row in texts]
    found = header_of(texts[0], texts[1:])
    words = not any(isinstance(cell, int | float) for cell in table[0])
    present = (found.present or (words and not found.sure)) if header == AUTO else header == YES
    notes: list[str] = []
    if first:
        above = next((str(cell) for cell in rows[0] if cell is not None), "")
        notes.append(
            f"Left out {first} row{'s' if first > 1 else ''} above the table, "
            f"from {quoted(above, 40)} on."
        )
    if not present and header == AUTO:
        notes.append(
            "The first row was taken for data, so columns are named by their position; "
            "if it holds their names, read it with `--header yes`."
        )
    names: Sequence[str | None] = texts[0] if present else [None] * len(places)
    columns = unique_names(names, notes if present else [])
    data = texts[1:] if present else texts
    return SheetLayout(
        first + int(present), width, places, columns, _labelled(columns, data), present, notes
    )


def _texts(row: Sequence[Any]) -> list[str]:
    return [as_text(cell) or "" for cell in row]


def _labelled(columns: tuple[str, ...], rows: list[list[str]]) -> bool:
    if len(columns) < 2 or len(rows) < 2:
        return False
    cells = {name: [row[i] or None for row in rows] for i, name in enumerate(columns)}
    sample = Sample(cells, whole=True)
    if count_columns(sample, columns) is not None:
        return True
    try:
        label_column(sample, columns, None)
    except DataError:
        return False
    return True
