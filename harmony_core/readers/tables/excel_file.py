"""Excel workbooks (.xlsx), read by openpyxl without formulas, macros or links."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import Progress, listed, quoted
from .memory_table import MemoryTable, table_from_rows
from .table_contents import table_contents
from .table_file import unique_names


def read_excel(path: Path, progress: Progress) -> MemoryTable:
    """The first sheet that holds a table; later ones are named in a note."""
    _check_size(path)
    import openpyxl  # type: ignore[import-untyped]

    with open(path, "rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        # A damaged workbook makes openpyxl raise nearly anything.
        except Exception as error:
            raise _damaged(error) from error
        return _first_table(book, progress)


def _first_table(book: Any, progress: Progress) -> MemoryTable:
    try:
        sheets = list(book.worksheets)
        for position, sheet in enumerate(sheets):
            sheet.reset_dimensions()  # the extent that the file claims is not trusted
            rows = _rows(sheet)
            header = next(rows, None)
            if header is None:
                continue
            notes: list[str] = []
            others = [s.title for i, s in enumerate(sheets) if i != position]
            if others:
                notes.append(f"Read the sheet {quoted(sheet.title)}; not read: {listed(others)}.")
            columns = unique_names(["" if v is None else str(v) for v in header], notes)
            return table_from_rows(columns, _widened(rows, len(columns)), notes, progress)
    finally:
        book.close()
    raise DataError("Expected a sheet with rows, but all sheets are empty. Save it again.")


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Rows that are not empty, without empty cells at their end."""
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


def _widened(
    rows: Iterator[tuple[Any, ...]], width: int
) -> Iterator[tuple[tuple[Any, ...], float | None]]:
    for row in rows:
        yield (*row[:width], *(None,) * (width - len(row))), None


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
    return table_contents(read_excel(path, options.progress), path, EXCEL.title, options)


EXCEL: FileFormat = FileFormat(
    title="Excel workbook",
    matches=_matches,
    read=_read,
    largest=limits.EXCEL_BYTES,
    suffixes=("xlsx", "xlsm"),
)
