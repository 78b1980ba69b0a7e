"""From a table of any format to its labels: guess the columns, then count in one pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import ReadOptions
from ..labels import ALL, SPLITS, Labels, split_of
from ..messages import Progress, listed, quoted
from ..samples import Sample, TableFile
from .guess_columns import LabelColumns, choose_columns, count_columns
from .label_counts import LabelCounter
from .table_file import scan


def table_contents(table: TableFile, path: Path, title: str, options: ReadOptions) -> Contents:
    """The classes of a table of the format called ``title``, or its counts if it lists classes."""
    label, split = (_column_name(table.columns, c) for c in (options.label, options.split))
    sample = table.sample()
    if sample.rows == 0:
        raise DataError(
            f"Expected {quoted(path.name)} to have rows, but got only the columns "
            f"{listed(table.columns)}. Add the rows."
        )
    size = path.stat().st_size
    counting = count_columns(sample, table.columns) if label is None else None
    if counting is not None:
        if ragged := getattr(table, "ragged", []):
            raise DataError(
                f"Expected {len(table.columns)} fields in every row of a table of counts, but got "
                f"{quoted(' | '.join(ragged[0]))}. Use one separator, and quote names that "
                "contain it."
            )
        labels = _given_counts(sample, *counting)
        return Contents(
            path.name, "counts", title, size, labels, label=counting[0],
            reason="the table lists classes with their counts", columns=table.columns,
            notes=(*table.notes, "Read as a table of class counts: there are no samples to check."),
        )  # fmt: skip
    chosen = choose_columns(sample, table.columns, label, split, options.separator)
    labels = count_labels(table, chosen, options.progress)
    notes = list(table.notes)
    skipped = getattr(table, "skipped", 0)
    if skipped:
        notes.append(f"Left out {skipped:,} rows with the wrong number of fields.")
    if chosen.separator is not None:
        lists = chosen.separator == "[]"
        kind = "lists" if lists else f"labels separated by {chosen.separator!r}"
        notes.append(
            f"Cells of {quoted(chosen.label)} hold several labels ({kind}); counted by label."
        )
    features = tuple(c for c in table.columns if c not in (chosen.label, chosen.split))
    return Contents(
        path.name, "table", title, size, labels, chosen.label, chosen.reason, chosen.others,
        table.columns, chosen.split, features, tuple(notes), table,
    )  # fmt: skip


def count_labels(table: TableFile, chosen: LabelColumns, progress: Progress) -> Labels:
    """Count the classes of a table in one pass over its label and split columns."""
    wanted = [chosen.label, *([chosen.split] if chosen.split else [])]
    counter = scan(
        table,
        lambda: LabelCounter(chosen.label, chosen.split, chosen.separator),
        progress,
        "Counting classes",
        wanted,
        frozenset(wanted),
    )
    return counter.labels()


def _column_name(columns: tuple[str, ...], column: str | int | None) -> str | None:
    """A column by its name; a position has to exist."""
    if not isinstance(column, int):
        return column
    if not 0 <= column < len(columns):
        raise DataError(
            f"Expected a column from 0 to {len(columns) - 1}, but got {column}. "
            f"They are {listed(columns, 12)}."
        )
    return columns[column]


def _given_counts(sample: Sample, name: str, columns: tuple[str, ...]) -> Labels:
    """Labels from a table of class counts; columns named after splits are kept apart."""
    names = tuple(str(v) for v in sample.columns[name])
    by_split: dict[str, Array] = {}
    for column in columns:
        values = []
        for cell in sample.columns[column]:
            count = float(cell or 0)
            if not 0 <= count <= limits.COUNT:
                raise DataError(
                    f"Expected counts from 0 to {limits.COUNT:.0e}, but got {quoted(str(cell))} in "
                    f"column {quoted(column)}."
                )
            values.append(int(count))
        by_split.setdefault(split_of(column) or ALL, np.array(values, dtype=np.int64))
    splits = tuple(s for s in SPLITS if s in by_split) or (ALL,)
    counts = np.stack([by_split[s] for s in splits])
    if not counts[0].sum():
        raise DataError(
            f"Expected counts above 0, but every class has 0 samples ({listed(columns)})."
        )
    return Labels(names, splits, counts, rows=int(counts.sum()))
