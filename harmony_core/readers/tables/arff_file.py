"""ARFF (Weka) and KEEL: a list of attributes, then the rows, plain or sparse."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import Progress, quoted
from .memory_table import MemoryTable, table_from_rows
from .table_contents import table_contents
from .table_file import unique_names
from .text_encoding import Utf8Stream, encoding_of

_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'((?:\\.|[^'])*)'|"((?:\\.|[^"])*)"|([^\s{]+))\s*(.*)""", re.I
)
_START = re.compile(rb"(\s*%[^\n]*\n|\s*\n)*\s*@relation\b", re.I)
_LINE = 16 * limits.MB


def read_arff(path: Path, progress: Progress) -> tuple[MemoryTable, str]:
    """The table, and the column that KEEL calls the output; empty if none is named."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(limits.HEAD_BYTES)
    lines = _lines(path, encoding_of(head))
    names: list[str] = []
    output = ""
    for line, _ in lines:
        lower = line.lower()
        if lower.startswith("@attribute"):
            found = _ATTRIBUTE.match(line)
            if found is None:
                raise DataError(
                    f"Expected '@attribute name type', but got {quoted(line)}. Mend that line."
                )
            names.append(next(part for part in found.groups()[:3] if part is not None))
        elif lower.startswith("@output"):
            output = line.split(maxsplit=1)[1].split(",")[0].strip() if " " in line else ""
        elif lower.startswith("@data"):
            break
    if not names:
        raise DataError("Expected attributes above the rows, but got none. Save the table as CSV.")
    notes: list[str] = []
    columns = unique_names(names, notes)
    table = table_from_rows(columns, _rows(lines, len(columns), size), notes, progress)
    return table, columns[names.index(output)] if output in names else ""


def _lines(path: Path, encoding: str) -> Iterator[tuple[str, int]]:
    """Lines without comments, with the bytes read so far."""
    read = 0
    with Utf8Stream(path, encoding) as stream:
        buffer = b""
        while content := stream.read(limits.MB):
            read += len(content)
            *lines, buffer = (buffer + content).split(b"\n")
            if len(buffer) > _LINE:
                raise DataError(
                    f"Expected lines of at most {_LINE // limits.MB} MB, but got a longer one. "
                    "Save the table as CSV."
                )
            yield from ((text, read) for line in lines if (text := _text(line)))
        if text := _text(buffer):
            yield text, read


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip("﻿ \t\r")
    return "" if text.startswith("%") else text


def _rows(
    lines: Iterator[tuple[str, int]], width: int, size: int
) -> Iterator[tuple[list[object], float | None]]:
    for line, read in lines:
        sparse = line.startswith("{") and line.endswith("}")
        quote = '"' if '"' in line and "'" not in line else "'"
        try:
            cells = next(
                csv.reader(
                    [line[1:-1] if sparse else line],
                    delimiter="\t" if "," not in line and "\t" in line else ",",
                    quotechar=quote,
                    escapechar="\\",
                    skipinitialspace=True,
                ),
                [],
            )
        except csv.Error as error:
            raise DataError(
                f"Expected a row of cells, but got {quoted(line)} ({error}). Save the table as CSV."
            ) from error
        row: list[object] = [_value(cell) for cell in cells]
        if sparse:
            row = _dense(cells, width)
        if len(row) != width:
            raise DataError(
                f"Expected {width} cells in every row, one for each attribute, but got "
                f"{len(row)} in {quoted(line)}. Mend that line."
            )
        yield row, min(read / max(size, 1), 1.0)


def _dense(cells: list[str], width: int) -> list[object]:
    row: list[object] = [0] * width
    for cell in cells:
        place, _, value = cell.strip().partition(" ")
        if not place.isdigit() or int(place) >= width:
            raise DataError(
                f"Expected '{{place value, …}}' with places below {width}, but got {quoted(cell)}. "
                "Save the table as CSV."
            )
        row[int(place)] = _value(value.strip().strip("'\""))
    return row


def _value(cell: str) -> object:
    """A cell as a number where it is one; ``?`` and ``<null>`` are missing."""
    text = cell.strip()
    if text in ("?", "<null>", ""):
        return None
    if re.fullmatch(r"[-+]?\d+", text) and len(text) < 18 and not re.match(r"[-+]?0\d|\+", text):
        return int(text)
    try:
        return float(text) if re.match(r"[-+]?[\d.]+(e[-+]?\d+)?$", text, re.I) else text
    except ValueError:
        return text


def _read(path: Path, options: ReadOptions) -> Contents:
    table, output = read_arff(path, options.progress)
    if options.label is not None or not output:
        return table_contents(table, path, ARFF.title, options)
    found = table_contents(table, path, ARFF.title, replace(options, label=output))
    return replace(found, reason="the file calls it the output")


def _matches(start: FileStart) -> bool:
    return _START.match(start.text[:20_000]) is not None


ARFF: FileFormat = FileFormat(
    title="ARFF table",
    matches=_matches,
    read=_read,
    largest=limits.JSON_LINES_BYTES,
    suffixes=("arff", "dat"),
    family="delimited",
    text=True,
)
