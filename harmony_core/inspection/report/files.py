"""The table of classes as CSV, and writing what a user asked for to one named file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...csv_cells import text_cell
from ...errors import DataError
from ...files import write_atomically
from .document import class_rows, json_ready

if TYPE_CHECKING:
    from ..analyse import Inspection


def classes_csv(found: Inspection) -> str:
    """One row for each class, the largest first; text a spreadsheet would run is defused."""
    rows = [_flat(row) for row in class_rows(found)]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([text_cell(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def save(path: Path, text: str) -> None:
    """Write a text as UTF-8, atomically; `DataError` where that cannot be done."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"Expected text for {path.name} that UTF-8 can hold, but got: {error}. "
            "Rename the class or column it comes from."
        ) from error
    write_atomically(path, content, error=DataError, advice="Choose another folder.")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in json_ready(row).items():
        if isinstance(value, dict):
            flat |= {
                (
                    f"count_{inner}"
                    if key == "split"
                    else f"{key}_{inner}"
                    if key == "recall"
                    else inner
                ): v
                for inner, v in value.items()
            }
        else:
            flat[key] = value
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
