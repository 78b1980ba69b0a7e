"""Excel workbooks (.xlsx), read by openpyxl without formulas, macros or links."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import AUTO, NO, YES, FileFormat, FileStart, ReadOptions
from ..labels import split_of
from ..messages import Progress, listed, quoted
from .memory_table import MemoryTable, table_from_rows
from .sheet_layout import SheetLayout, sheet_layout
from .table_contents import table_contents

SAMPLED = 200
"""Rows that tell where the table of a sheet begins."""
SPLIT = "split"
"""The column that says which sheet a row is from."""


def read_excel(path: Path, progress: Progress, header: str = AUTO) -> MemoryTable:
    """The first sheet that holds labels; the others are named in a note.

    Sheets called train and test with the same columns are read as one table.
    """
    _check_size(path)
    import openpyxl  # type: ignore[import-untyped]

    with open(path, "rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        # A damaged workbook makes openpyxl raise nearly anything.
        except Exception as error:
            raise _damaged(error) from error
        try:
            return _table(list(book.worksheets), progress, header)
        finally:
            book.close()


def _table(sheets: list[Any], progress: Progress, header: str) -> MemoryTable:
    layouts = {position: _layout(sheet, header) for position, sheet in enumerate(sheets)}
    found = {position: layout for position, layout in layouts.items() if layout is not None}
    if not found:
        raise DataError("Expected a sheet with rows, but all sheets are empty. Save it again.")
    first = next((p for p, layout in found.items() if layout.labelled), min(found))
    layout = found[first]
    splits = {
        p: sheets[p].title
        for p, other in found.items()
        if other.columns == layout.columns and split_of(sheets[p].title)
    }
    together = first in splits and len(splits) > 1 and SPLIT not in layout.columns
    read = list(splits) if together else [first]
    notes = list(layout.notes)
    others = [sheet.title for p, sheet in enumerate(sheets) if p not in read]
    if len(sheets) > 1:
        titles = listed([sheets[p].title for p in read])
        left = f"; not read: {listed(others)}" if others else ""
        notes.append(f"Read the sheet{'s' if len(read) > 1 else ''} {titles}{left}.")

    def rows() -> Iterator[tuple[tuple[Any, ...], float | None]]:
        for p in read:
            end = (sheets[p].title,) if together else ()
            for row in _below(sheets[p], found[p]):
                yield (*row, *end), None

    columns = (*layout.columns, SPLIT) if together else layout.columns
    table = table_from_rows(columns, rows(), notes, progress)
    table.header = YES if layout.named else NO
    return table


def _layout(sheet: Any, header: str) -> SheetLayout | None:
    """Where the table of a sheet begins; ``None`` for an empty one."""
    first = list(itertools.islice(_rows(sheet), SAMPLED))
    return sheet_layout(first, header) if first else None


def _below(sheet: Any, layout: SheetLayout) -> Iterator[tuple[Any, ...]]:
    for row in itertools.islice(_rows(sheet), layout.skip, None):
        cells = (*row, *(None,) * (layout.width - len(row)))[: layout.width]
        yield tuple(cells[i] for i in layout.places)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Rows that are not empty, without empty cells at their end."""
    sheet.reset_dimensions()  # the extent that the file claims is not trusted
    rows = enumerate(sheet.iter_rows(values_only=True))
    while True:
        try:
            number, row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(error) from error
        if number > 2**20:
            return
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        if width:
            yield row[:width]


def _check_size(path: Path) -> None:
    """Refuse a workbook that unpacks to too much, judging by its table of contents."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(error) from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.EXCEL_UNPACKED_BYTES or len(entries) > 10_000:
        raise DataError(
            "Expected a workbook that unpacks to at most "
            f"{limits.EXCEL_UNPACKED_BYTES // limits.MB} MB, but got "
            f"{unpacked / limits.MB:,.0f} MB. Save the sheet as CSV."
        )


def _damaged(error: Exception) -> DataError:
    what = str(error) or type(error).__name__
    return DataError(
        f"Expected a readable Excel workbook (.xlsx), but got: {quoted(what, 100)}. "
        "Open it and save it again, or save the sheet as CSV."
    )


def _matches(start: FileStart) -> bool:
    if start.entries is None or "[Content_Types].xml" not in start.entries:
        return False
    if any(name.startswith("xl/") for name in start.entries):
        return True
    raise DataError("Expected a data file, but got an Office document. Save the table as CSV.")


def _read(path: Path, options: ReadOptions) -> Contents:
    table = read_excel(path, options.progress, options.header)
    return table_contents(table, path, EXCEL.title, options)


EXCEL: FileFormat = FileFormat(
    title="Excel workbook",
    matches=_matches,
    read=_read,
    largest=limits.EXCEL_BYTES,
    suffixes=("xlsx", "xlsm"),
)
