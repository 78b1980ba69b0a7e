"""The rows of a text table as they stand in the file, to copy some of them to another file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ...errors import DataError
from .csv_file import CsvFile
from .dialect import BLANKS, Dialect
from .text_encoding import UTF8, UTF8_DAMAGED


@dataclass(frozen=True)
class RawRow:
    """A line, or several where a cell holds line breaks."""

    position: int
    """Of the sample, from 0 as in `Labels.codes`; −1 for the header, blank lines and lines with the
    wrong number of cells, which are no samples."""
    text: str
    """With its line end."""
    cells: list[str]


def raw_rows(table: CsvFile) -> Iterator[RawRow]:
    """All lines of the file in order; bytes that are not text come back unchanged.

    Raises `DataError` for a cell that is too long.
    """
    with open(
        table.path, encoding=_codec(table.encoding), errors="surrogateescape", newline=""
    ) as file:
        for _ in range(table.skip):
            yield RawRow(-1, file.readline(), [])
        position = 0
        try:
            for text, cells in _records(file, table):
                sample = len(cells) == len(table.fields)
                yield RawRow(position if sample else -1, text, cells)
                position += sample
        except csv.Error as error:
            raise DataError(
                f"Expected cells of an ordinary length, but got: {error}. Look for a quotation "
                "mark that is never closed."
            ) from error


def _records(file: IO[str], table: CsvFile) -> Iterator[tuple[str, list[str]]]:
    """Lines, or as many as a row takes, with their cells; none for a blank line."""
    dialect = table.dialect
    if dialect.delimiter == BLANKS or not table.newlines:
        for line in file:
            rows = [row for _, row in dialect.rows(line)] if line.strip() else []
            yield line, rows[0] if rows else []
        return
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    for cells in csv.reader(lines(), **_marks(dialect)):  # type: ignore[arg-type]
        text = "".join(taken)
        taken.clear()
        yield text, cells if text.strip() else []
    if taken:
        yield "".join(taken), []


def with_cell(table: CsvFile, row: RawRow, column: str, value: str) -> str:
    """The text of a row with another value in a column, and the line end it had.

    Raises `DataError` for a value that the table's separator or quotes cannot hold.
    """
    cells = list(row.cells)
    cells[table.fields.index(column)] = value
    body = row.text.rstrip("\r\n")
    out = io.StringIO(newline="")
    try:
        csv.writer(out, lineterminator="", **_marks(table.dialect)).writerow(cells)  # type: ignore[arg-type]
    except csv.Error as error:
        raise DataError(
            f"Expected a label that the table can hold, but got {value!r}: {error}. Write Parquet "
            "instead: give a name that ends in .parquet."
        ) from error
    return out.getvalue() + row.text[len(body) :]


class TextCopy:
    """Writes text in the encoding of a table to an open file; use as a context."""

    def __init__(self, file: IO[bytes], table: CsvFile) -> None:
        self._text = io.TextIOWrapper(
            file, _codec(table.encoding), errors="surrogateescape", newline="", write_through=False
        )

    def __enter__(self) -> io.TextIOWrapper:
        return self._text

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()


def _codec(encoding: str) -> str:
    return UTF8 if encoding == UTF8_DAMAGED else encoding


def _marks(dialect: Dialect) -> dict[str, object]:
    """The marks of a dialect as `csv` takes them."""
    return {
        "delimiter": " " if dialect.delimiter == BLANKS else dialect.delimiter,
        "quotechar": dialect.quote or None,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "escapechar": dialect.escape or None,
        "doublequote": not dialect.escape,
    }
