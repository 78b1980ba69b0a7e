"""From a table of any format to its labels: guess the columns, then count in one pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...errors import DataError
from ..contents import Contents
from ..format import ReadOptions
from ..labels import Labels, unknown_labels
from ..messages import Progress, listed, quoted
from ..samples import TableFile
from .count_table import count_columns, given_counts
from .gaps import gap_notes
from .guess_columns import LabelColumns, choose_columns
from .indicator_counts import IndicatorCounter
from .label_counts import LabelCounter
from .separators import LISTS
from .table_file import scan


def table_contents(table: TableFile, path: Path, title: str, options: ReadOptions) -> Contents:
    """The classes of a table of the format called ``title``, or its counts if it lists classes."""
    found = _read(table, path, title, options)
    return replace(found, header=getattr(table, "header", ""))


def _read(table: TableFile, path: Path, title: str, options: ReadOptions) -> Contents:
    label, split = (_column_name(table.columns, c) for c in (options.label, options.split))
    sample = table.sample()
    if sample.rows == 0:
        raise DataError(
            f"Expected {quoted(path.name)} to have rows, but got only the columns "
            f"{listed(table.columns)}. Add the rows."
        )
    size = path.stat().st_size
    if options.unlabelled:
        return Contents(
            path.name, "table", title, size, unknown_labels(), columns=table.columns,
            features=table.columns, notes=tuple(table.notes), table=table,
        )  # fmt: skip
    counting = count_columns(sample, table.columns) if label is None else None
    if counting is not None:
        if ragged := getattr(table, "ragged", []):
            raise DataError(
                f"Expected {len(table.columns)} fields in every row of a table of counts, but got "
                f"{quoted(' | '.join(ragged[0]))}. Use one separator, and quote names that "
                "contain it."
            )
        labels, left = given_counts(sample, counting)
        return Contents(
            path.name, "counts", title, size, labels, label=counting.name,
            reason="the table lists classes with their counts", columns=table.columns,
            notes=(*table.notes, *left,
                   f"Read as a table of class counts ({listed(counting.counts)}): there are no "
                   "samples to check. If a row is a sample, name its label with `--label`."),
        )  # fmt: skip
    chosen = choose_columns(sample, table.columns, label, split, options.separator)
    labels = count_labels(table, chosen, options.progress)
    notes = [*table.notes, *chosen.notes]
    skipped = getattr(table, "skipped", 0)
    if skipped:
        notes.append(f"Left out {skipped:,} rows with the wrong number of fields.")
    if chosen.separator is not None:
        lists = chosen.separator == LISTS
        kind = "lists" if lists else f"labels separated by {chosen.separator!r}"
        notes.append(
            f"Cells of {quoted(chosen.label)} hold several labels ({kind}); counted by label. "
            "If each cell is one label, read it with `--separator none`."
        )
    if chosen.group is not None:
        several = "a row may have several" if labels.multi is not None else "one in each row"
        notes.append(
            f"Each of the {len(chosen.group.columns)} columns {quoted(chosen.group.columns[0])} to "
            f"{quoted(chosen.group.columns[-1])} marks one class ({several}). "
            "If another column holds the labels, name it with `--label`."
        )
    features = tuple(c for c in table.columns if c not in chosen.used)
    notes += gap_notes(sample, features)
    return Contents(
        path.name, "table", title, size, labels, chosen.label, chosen.reason, chosen.others,
        table.columns, chosen.split.name, features=features, notes=tuple(notes), table=table,
    )  # fmt: skip


def count_labels(table: TableFile, chosen: LabelColumns, progress: Progress) -> Labels:
    """Count the classes of a table in one pass over its label and split columns."""
    wanted = list(dict.fromkeys(chosen.used))

    def start() -> LabelCounter | IndicatorCounter:
        if chosen.group is not None:
            return IndicatorCounter(chosen.group, chosen.split)
        return LabelCounter(chosen.label, chosen.split, chosen.separator)

    return scan(table, start, progress, "Counting classes", wanted, frozenset(wanted)).labels()


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
