"""Where the rows of a text table begin, what its columns are called, and what was assumed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...errors import DataError
from .. import limits
from ..format import AUTO, YES
from ..messages import listed, quoted
from .dialect import Dialect, dialect_of, lines_of
from .header import header_of
from .table_file import unique_names

_SEPARATOR_LINE = re.compile(r"sep=(.)$")
_COMMENT = re.compile(r"\s*[#%]")
PREAMBLE_LINES = 50


@dataclass(frozen=True)
class TextLayout:
    """How to read the rows of a text table."""

    dialect: Dialect
    skip: int
    """Lines above the first row of data."""
    fields: tuple[str, ...]
    """A name for each cell of a row."""
    columns: tuple[str, ...]
    """Those of `fields` that hold anything."""
    rows: list[list[str]]
    """The first rows of data."""
    ragged: list[list[str]]
    """Those among them with another number of cells."""
    named: bool = True
    """Whether a line names the columns."""
    notes: list[str] = field(default_factory=list)


def layout_of(
    text: str,
    *,
    whole: bool,
    quoted_part: str = "",
    delimiter: str | None = None,
    header: str = AUTO,
) -> TextLayout:
    """The layout of a table that begins with ``text``; ``whole`` if that is all of it.

    ``quoted_part`` is a later part that has quotation marks, if the first has none. ``header`` says
    whether the first row names the columns: ``yes``, ``no`` or ``auto``.
    """
    lines = lines_of(text)
    skip = 0
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    if skip < len(lines) and (given := _SEPARATOR_LINE.match(lines[skip].strip(" "))):
        delimiter, skip = given.group(1), skip + 1
    top = _after_comments(lines, skip)
    body = "\n".join(lines[top:])
    if not body.strip():
        raise DataError("Expected a table with rows, but got an empty file. Save it again.")
    dialect = dialect_of(body, quoted_part, delimiter)
    rows = _rows(body, dialect, whole)
    width = _commonest(len(row) for _, row in rows[:2_000])
    first = _first_row(rows, width)
    commented = _commented_header(lines[skip:top], dialect, rows[first:], width)
    notes: list[str] = []
    titles = sum(bool(line.strip()) for line in lines[skip:top]) - bool(commented) + first
    if titles:
        notes.append(
            f"Left out {titles} line{'s' if titles > 1 else ''} above the table, "
            f"from {quoted(lines[skip].strip(), 40)} on."
        )
    table = rows[first:]
    names = commented or _names(table, width, header, notes)
    if names and not commented:
        start = table[1][0] if len(table) > 1 else len(lines) - top
        table = table[1:]
    else:
        start = table[0][0]
    if not dialect.quote and dialect.opens_a_quote(body):
        notes.append("Quotation marks do not pair up, so they were read as part of the text.")
    cells = [row for _, row in table]
    data = [row for row in cells if len(row) == width]
    fields, hidden = _fields(names, data, width, notes)
    columns = tuple(name for name in fields if name not in hidden)
    ragged = [row for row in cells if len(row) != width]
    return TextLayout(dialect, top + start, fields, columns, data, ragged, bool(names), notes)


def _rows(text: str, dialect: Dialect, whole: bool) -> list[tuple[int, list[str]]]:
    """Rows of the sample with the lines before each, without the last if it may be cut off."""
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend(dialect.rows(text))
    except csv.Error as error:
        if not rows or whole:
            raise DataError(
                f"Expected fields of at most {limits.FIELD_CHARACTERS:,} characters, but got: "
                f"{error}. Look for a quotation mark that is never closed."
            ) from error
    return rows if whole or len(rows) < 2 else rows[:-1]


def _commonest(widths: Iterable[int]) -> int:
    counted = Counter(widths)
    return max(counted, key=lambda width: (counted[width], width))


def _after_comments(lines: list[str], skip: int) -> int:
    """Behind the lines at the top that begin with # or %; a table of hashtags has no comments."""
    top = skip
    while top < len(lines) and (_COMMENT.match(lines[top]) or (top > skip and not lines[top])):
        top += 1
    rest = [line for line in lines[top : top + 200] if line.strip()]
    commented = sum(_COMMENT.match(line) is not None for line in rest)
    few = top - skip <= PREAMBLE_LINES and len(rest) > 0 and commented <= len(rest) / 10
    return top if few else skip


def _first_row(rows: list[tuple[int, list[str]]], width: int) -> int:
    """The first row of the table: those above have another number of cells.

    A header may have one cell less than the rows, where they begin with a name or end in a
    delimiter, or an empty one more.
    """
    at = next((i for i, (_, row) in enumerate(rows) if len(row) == width), 0)
    if at == 0 or at > PREAMBLE_LINES:
        return 0
    above = rows[at - 1][1]
    body = [row for _, row in rows[at:] if len(row) == width]
    if len(above) == width + 1 and not above[-1].strip():
        return at - 1
    if len(above) == width - 1 and (at == 1 or _named_rows(body) or _empty_end(body)):
        own = header_of(body[0], body[1:])
        return at if own.present and own.sure else at - 1
    return at


def _named_rows(body: list[list[str]]) -> bool:
    return len({row[0] for row in body}) == len(body)


def _empty_end(body: list[list[str]]) -> bool:
    return all(not row[-1].strip() for row in body)


def _commented_header(
    comments: list[str], dialect: Dialect, rows: list[tuple[int, list[str]]], width: int
) -> list[str]:
    """The names in the last comment, if it has one for each cell and the first row has none."""
    named = [line for line in comments if line.strip()]
    if not named or width < 2:
        return []
    found = next(iter(dialect.rows(named[-1].lstrip(" #%"))), (0, []))[1]
    body = [row for _, row in rows if len(row) == width]
    if len(found) != width or not body:
        return []
    own = header_of(body[0], body[1:])
    return [] if own.present and own.sure else found


def _names(
    table: list[tuple[int, list[str]]], width: int, header: str, notes: list[str]
) -> list[str]:
    """The first row, if it names the columns; else nothing."""
    names = table[0][1]
    if len(names) == width + 1 and not names[-1].strip():
        names = names[:-1]
    body = [row for _, row in table[1:] if len(row) == width]
    if len(names) < width:
        return names
    found = header_of(names, body)
    if not (found.present if header == AUTO else header == YES):
        if header == AUTO:
            notes.append(
                "The first line was taken for data, so columns are named by their position; "
                "if it holds their names, read it with `--header yes`."
            )
        return []
    if any("\n" in cell for cell in names):
        raise DataError(
            "Expected the column names on one line, but got a line break inside a name. "
            "Rename that column."
        )
    if header == AUTO and not found.sure:
        notes.append(
            "The first line was taken for column names; "
            "if it holds data, read it with `--header no`."
        )
    return names


def _fields(
    names: list[str], data: list[list[str]], width: int, notes: list[str]
) -> tuple[tuple[str, ...], set[str]]:
    """A name for each cell of a row, and those behind the last delimiter that are always empty."""
    if not names:
        return unique_names([None] * width, []), set()
    if len(names) == width - 1:
        if data and _empty_end(data):
            names = [*names, ""]
        elif _named_rows(data):
            names = ["row name", *names]
            notes.append("Rows begin with a cell that the header does not name: the row's name.")
        else:
            raise DataError(
                f"Expected {width} column names, one for each cell, but got {len(names)}: "
                f"{listed(names)}. Add the missing name to the first line."
            )
    kept = width
    while kept > 1 and not names[kept - 1].strip() and not any(r[kept - 1].strip() for r in data):
        kept -= 1
    fields = unique_names(names[:kept], notes)
    hidden = [f"{fields[0]}: empty {i}" for i in range(kept, width)]
    return (*fields, *hidden), set(hidden)
