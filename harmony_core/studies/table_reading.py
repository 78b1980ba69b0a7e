"""The cells of a study from its table, ``table.csv``, as `table` writes it.

A table may come from anywhere, so its size is limited and every value is checked: states are those
of runs, shares are in [0, 1], and a row belongs to a cell of the study.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence

from ..csv_cells import text_cell
from ..errors import RunError
from ..parameters import show
from ..runs.record import STATES
from .plan import Cell, Study
from .results import MISSING, CellResult
from .sentences import NATS
from .study_file import FIGURES
from .table import COLUMNS

MOST_CELLS = 20_000
LONGEST_ERROR = 300
ADVICE = "Write the table again with `study --report`, or restore it from a copy."
Place = tuple[str, str, str, str]
"""Setting, factor, seed and label, as the table writes them."""


def read_table(text: str, study: Study) -> list[CellResult]:
    """All cells of ``study`` in its order; a cell without a row is missing.

    A table that does not fit the study, or is damaged, raises `RunError`.
    """
    count = sum(len(setting.seeds) * len(setting.methods) for setting in study.settings)
    if count > MOST_CELLS:
        raise RunError(
            f"Expected a study of at most {MOST_CELLS:,} cells, but got {count:,}. "
            "Divide it into several studies."
        )
    rows = _rows(text)
    found = []
    for setting in study.settings:
        factor = "" if setting.factor is None else f"{setting.factor:g}"
        for seed in setting.seeds:
            for method in setting.methods:
                cell = Cell(setting, seed, method)
                place = (text_cell(setting.name), factor, str(seed), text_cell(method.label))
                found.append(_result(cell, rows.pop(place, None)))
    if rows:
        raise RunError(
            "Expected every row of the table to belong to the study, but got "
            f"{show(' / '.join(next(iter(rows))))}. {ADVICE}"
        )
    return found


def _rows(text: str) -> dict[Place, Mapping[str, str]]:
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise RunError(f"Expected the table to be CSV, but got: {error}. {ADVICE}") from error
    head: Sequence[str] = lines[0] if lines else ()
    if tuple(head[: len(COLUMNS)]) != COLUMNS or len(set(head)) != len(head):
        raise RunError(
            f"Expected the table to begin with the columns {', '.join(COLUMNS)}, "
            f"but got {show(', '.join(head))}. {ADVICE}"
        )
    found: dict[Place, Mapping[str, str]] = {}
    for number, line in enumerate(lines[1:], start=2):
        row = dict(zip(head, line, strict=False))
        if len(line) != len(head):
            raise RunError(
                f"Expected {len(head)} values in line {number} of the table, "
                f"but got {len(line)}. {ADVICE}"
            )
        place = (row["setting"], row["factor"], row["seed"], row["label"])
        if place in found:
            raise RunError(
                f"Expected each cell once in the table, but got that of line {number} twice. "
                f"{ADVICE}"
            )
        found[place] = row
    return found


def _result(cell: Cell, row: Mapping[str, str] | None) -> CellResult:
    if row is None:
        return CellResult(cell)
    state = row["state"]
    if state not in (*STATES, MISSING):
        raise RunError(f"Expected the state of a run, but got {show(state)}. {ADVICE}")
    figures = {name: _number(name, row.get(name, "")) for name in FIGURES if name in row}
    return CellResult(
        cell,
        run_id=row["run"],
        state=state,
        error=row["error"][:LONGEST_ERROR],
        figures=figures if state == "done" else {},
    )


RANGES = {NATS: (0.0, math.inf, " from 0 on"), "pdc": (-math.inf, math.inf, "")}
"""Least and most of the figures that are no shares, and how messages put it."""


def _number(name: str, text: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    least, most, wanted = RANGES.get(name, (0.0, 1.0, " from 0 to 1"))
    if not (math.isfinite(value) and least <= value <= most):
        raise RunError(
            f"Expected `{name}` in the table to be a number{wanted}, but got {show(text)}. {ADVICE}"
        )
    return value
