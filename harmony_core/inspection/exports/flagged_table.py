"""All flagged samples as CSV or Parquet, one row for each mark, and tables in these forms."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...csv_cells import number_cell, text_cell
from ...readers.contents import Contents
from ..quality.finding import Quality
from .choice import Choice, flagged_of
from .export import Export, is_parquet, write_parquet

if TYPE_CHECKING:
    from ..quality.flagged import Flagged


def flagged_csv(flagged: Flagged) -> str:
    """One row for each mark; text that a spreadsheet would run is defused."""
    columns: dict[str, list[Any]] = dict(flagged.columns())
    return csv_text(columns)


def flagged_parquet(flagged: Flagged) -> bytes:
    """The same as Parquet, with text as it is."""
    out = io.BytesIO()
    write_columns(out, dict(flagged.columns()), Path("flagged.parquet"))
    return out.getvalue()


def csv_text(columns: dict[str, list[Any]]) -> str:
    """Columns as CSV; no cell is a formula, and missing numbers are empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([text_cell(name) for name in columns])
    writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number_cell(value)
    return text_cell(value) if isinstance(value, str) else str(value)


def write_columns(file: IO[bytes], columns: dict[str, list[Any]], target: Path) -> None:
    """Columns as Parquet or CSV, by the ending of ``target``."""
    if is_parquet(target):
        import pyarrow as pa

        clean = {
            name: [None if isinstance(v, float) and v != v else v for v in values]
            for name, values in columns.items()
        }
        write_parquet(file, pa.table(clean))
    else:
        file.write(csv_text(columns).encode("utf-8", "replace"))


def _write(
    file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
) -> list[str]:
    flagged = flagged_of(quality)
    write_columns(file, dict(flagged.columns()), target)
    left = [f"{n:,} of {check}" for check, n in flagged.left_out.items()]
    more = f"; left out beyond the limit: {', '.join(left)}" if left else ""
    return [f"{len(flagged):,} flagged samples{more}."]


FLAGGED = Export(
    name="flagged",
    title="Flagged samples",
    help="all flagged samples: position, row or path, split, label, check, reason, score, "
    "suggested label",
    suffixes=("csv", "parquet"),
    kinds=("table", "images"),
    write=_write,
)
