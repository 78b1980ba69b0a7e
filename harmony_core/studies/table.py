"""The table of a study, ``table.csv``: a row for each cell, derived from its runs.

Columns: the setting, the seed, the method and its label, the run that holds the cell, the run's
state or ``missing``, what went wrong, and the figures of the last epoch: shares in [0, 1], the test
loss in nats, with 6 significant digits; empty where there is none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from ..csv_cells import number_cell, text_cell
from ..experiments.method_text import format_method
from .results import CellResult

COLUMNS = (
    "setting", "data", "factor", "epochs", "seed", "method", "label", "run", "state", "error",
)  # fmt: skip


def table_csv(results: Sequence[CellResult]) -> str:
    """The table as CSV."""
    names = list(dict.fromkeys(name for result in results for name in result.figures))
    lines: dict[int, str] = {}  # many cells share a method, and writing it takes a while
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, *names])
    for result in results:
        cell = result.cell
        setting, config = cell.setting, cell.setting.config
        if id(cell.method) not in lines:
            lines[id(cell.method)] = format_method(replace(cell.method, label=""))
        writer.writerow(
            [
                text_cell(setting.name),
                config.data.name,
                "" if setting.factor is None else f"{setting.factor:g}",
                config.epochs,
                cell.seed,
                text_cell(lines[id(cell.method)]),
                text_cell(cell.method.label),
                result.run_id,
                result.state,
                text_cell(result.error),
                *(number_cell(result.figures.get(name, float("nan"))) for name in names),
            ]
        )
    return file.getvalue()
