"""The table of classes as CSV, and writing what a user asked for to one named file."""

from __future__ import annotations

import contextlib
import csv
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ...errors import DataError
from .document import class_rows, json_ready

if TYPE_CHECKING:
    from ..analyse import Inspection

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def classes_csv(found: Inspection) -> str:
    """One row for each class, the largest first; text a spreadsheet would run is defused."""
    rows = [_flat(row) for row in class_rows(found)]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: it gets an apostrophe in front where needed.

    Leading blanks and full-width forms of the signs do not hide a formula.

    >>> harmless("=1+1"), harmless("cat")
    ("'=1+1", 'cat')
    """
    start = text.lstrip(" \u00a0\ufeff")[:1]
    folded = start.translate({0xFF1D: "=", 0xFF0B: "+", 0xFF0D: "-", 0xFF20: "@", 0x2212: "-"})
    cleaned = text.replace("\0", "")
    return (
        f"'{cleaned}"
        if (start in _FORMULA and start) or (folded in _FORMULA and start)
        else cleaned
    )


def save(path: Path, text: str) -> None:
    """Write a text under a temporary name beside ``path``, then move it into place."""
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        try:
            with open(part, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.replace(part, path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise DataError(
            f"Expected to write {path.name}, but got: {getattr(error, 'strerror', None) or error}. "
            "Choose another folder."
        ) from error


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
        return harmless(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
