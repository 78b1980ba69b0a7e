"""From a table of any format to its labels: guess the columns, then count in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import AUTO, NONE, ReadOptions
from ..labels import ALL, SPLITS, Labels, split_of
from ..messages import Progress, listed, quoted
from ..samples import Sample, TableFile
from .guess_columns import count_columns, guess_label, guess_separator, guess_split
from .label_counts import LabelCounter
from .table_file import scan

Array = NDArray[Any]


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
    guess = guess_label(sample, table.columns, label)
    split_column = _split_column(sample, table.columns, guess.column, split)
    separator = separator_of(
        sample.columns[guess.column], guess.column in sample.lists, options.separator
    )
    labels = count_labels(table, guess.column, split_column, separator, options.progress)
    notes = list(table.notes)
    skipped = getattr(table, "skipped", 0)
    if skipped:
        notes.append(f"Left out {skipped:,} rows with the wrong number of fields.")
    if separator is not None:
        kind = "lists" if separator == "[]" else f"labels separated by {separator!r}"
        notes.append(
            f"Cells of {quoted(guess.column)} hold several labels ({kind}); counted by label."
        )
    features = tuple(c for c in table.columns if c not in (guess.column, split_column))
    return Contents(
        path.name, "table", title, size, labels, guess.column, guess.reason, guess.choices,
        table.columns, split_column, features, tuple(notes), table,
    )  # fmt: skip


def separator_of(cells: list[str | None], is_list: bool, given: str) -> str | None:
    """What separates several labels in a cell, as given or guessed; ``None`` for one label."""
    if given == AUTO:
        return guess_separator(cells, is_list)
    return None if given == NONE else given


def count_labels(
    table: TableFile, label: str, split: str, separator: str | None, progress: Progress
) -> Labels:
    """Count the classes of a column in one pass, by split if ``split`` names a column."""
    wanted = [label, *([split] if split else [])]
    counter = scan(
        table,
        lambda: LabelCounter(label, split, separator),
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


def _split_column(sample: Sample, columns: tuple[str, ...], label: str, given: str | None) -> str:
    if given is None:
        return guess_split(sample, columns, label)
    if given == "":
        return ""
    if given not in columns or given == label:
        raise DataError(
            "Expected the split column to be one of "
            f"{listed([c for c in columns if c != label], 12)}, but got {quoted(given)}."
        )
    values = {v for v in sample.columns.get(given, []) if v is not None}
    if not any(split_of(v) for v in values):
        raise DataError(
            f"Expected column {quoted(given)} to say train, validation or test, but got "
            f"{listed(sorted(values))}."
        )
    return given


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
