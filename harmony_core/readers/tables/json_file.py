"""Tables in JSON: one record a line, or a document that is a list of records or of columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import Progress, quoted
from .json_shapes import records_of
from .memory_table import MemoryTable, table_from_rows
from .table_contents import table_contents
from .table_file import unique_names

LINE_BYTES = 16 * limits.MB
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
SAMPLED = 1_000
"""Records whose fields become the columns."""


def parse_document(path: Path) -> Any:
    """A whole JSON document; `DataError` if it is too large, damaged or nested too deeply."""
    if path.stat().st_size > limits.JSON_BYTES:
        raise DataError(
            f"Expected a JSON document of at most {limits.JSON_BYTES // limits.MB} MB, but got "
            f"{path.stat().st_size / limits.MB:,.0f} MB. Save it as JSON lines or CSV."
        )
    return parse_json(path.read_bytes(), path.name)


def parse_json(content: bytes, name: str) -> Any:
    """JSON from bytes, or `DataError`."""
    try:
        found = json.loads(content)
        return _whole(found) if _HALF.search(content) else found
    except RecursionError as error:
        raise DataError(
            f"Expected {quoted(name)} to be a table or annotations, but it is nested too deeply."
        ) from error
    except ValueError as error:
        raise DataError(
            f"Expected {quoted(name)} to be valid JSON, but got: {quoted(str(error), 100)}. "
            "It may be cut off; save it again."
        ) from error


def _whole(found: Any) -> Any:
    """Without halves of characters (``\\ud800`` alone), which no file and no page can hold."""
    text = json.dumps(found, ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def read_records(document: Any, progress: Progress) -> MemoryTable:
    """A parsed document as a table; see `records_of` for the shapes it may have."""
    records = records_of(document)
    n = len(records)
    return _table(iter((r, (i + 1) / n) for i, r in enumerate(records)), records, progress)


def read_lines(path: Path, progress: Progress) -> MemoryTable:
    """One JSON object a line; fields may be missing."""
    first = [record for record, _ in _take(_lines(path), SAMPLED)]
    return _table(_lines(path), first, progress)


def _take(records: Iterator[tuple[Any, float]], most: int) -> list[tuple[Any, float]]:
    return [item for _, item in zip(range(most), records, strict=False)]


def _lines(path: Path) -> Iterator[tuple[Any, float]]:
    size, read = path.stat().st_size, 0
    with open(path, "rb") as file:
        number = 0
        while line := file.readline(LINE_BYTES + 1):
            number += 1
            read += len(line)
            if len(line) > LINE_BYTES:
                raise DataError(
                    f"Expected lines of at most {LINE_BYTES // limits.MB} MB, but line {number} is "
                    "longer. Put one record on a line."
                )
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                yield parse_json(line.lstrip(b"\xef\xbb\xbf"), f"line {number}"), read / size


def _table(
    records: Iterator[tuple[Any, float]], first: list[Any], progress: Progress
) -> MemoryTable:
    notes: list[str] = []
    keys: dict[str, None] = {}
    for position, record in enumerate(first, 1):
        if not isinstance(record, dict):
            raise DataError(
                f"Expected every record to be a JSON object, but record {position} is "
                f'{quoted(json.dumps(record, default=str)[:60])}. Write {{"column": value, …}}.'
            )
        keys.update(dict.fromkeys(str(key) for key in record))
        if len(keys) > limits.COLUMNS:
            break
    if not keys:
        raise DataError("Expected records with fields, but got none. Save the table again.")
    names = list(keys)
    columns = unique_names(names, notes)
    others = 0

    def rows() -> Iterator[tuple[list[Any], float]]:
        nonlocal others
        for position, (record, share) in enumerate(records, 1):
            if not isinstance(record, dict):
                raise DataError(
                    f"Expected every record to be a JSON object, but record {position} is "
                    f'{quoted(json.dumps(record, default=str)[:60])}. Write {{"column": value, …}}.'
                )
            others += any(key not in keys for key in record)
            yield [record.get(name) for name in names], share

    table = table_from_rows(columns, rows(), notes, progress)
    if others:
        table.notes.append(
            f"{others:,} records have fields that the first {SAMPLED:,} lack; those are left out."
        )
    return table


def _matches_lines(start: FileStart) -> bool:
    """By name, or an object alone on the first of several lines."""
    if start.claimed is JSON_LINES:
        return True
    family = "" if start.claimed is None else start.claimed.family
    first, *rest = start.text.split(b"\n", 1)
    whole = first.startswith(b"{") and first.rstrip().endswith(b"}")
    return whole and bool(rest) and (family != "delimited" or _is_object(first))


def _is_object(line: bytes) -> bool:
    """Whether a line is a JSON object; its beginning alone may belong to another format."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _read(path: Path, options: ReadOptions) -> Contents:
    return table_contents(read_lines(path, options.progress), path, JSON_LINES.title, options)


JSON_LINES: FileFormat = FileFormat(
    title="JSON lines",
    matches=_matches_lines,
    read=_read,
    largest=limits.JSON_LINES_BYTES,
    suffixes=("jsonl", "ndjson"),
    family="json",
    text=True,
)
