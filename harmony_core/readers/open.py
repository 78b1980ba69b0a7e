"""Open a file safely and count its classes; nothing is written, nothing in it is run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from . import limits
from .contents import Contents
from .identify import FORMS, identify
from .label_counts import LabelCounter
from .labels import ALL, Labels
from .messages import Progress, listed, shown, silent
from .tables.guess_columns import count_columns, guess_label, guess_separator, guess_split, split_of
from .tables.table_file import Sample, TableFile, scan

Array = NDArray[Any]
AUTO, NONE = "auto", "none"


def read_file(
    path: str | Path,
    *,
    label: str | int | None = None,
    split: str | int | None = None,
    separator: str = AUTO,
    progress: Progress = silent,
) -> Contents:
    """The classes of a file or folder, and a way to its samples.

    ``label`` and ``split`` name columns, or say their position from 0, and are guessed where they
    are not given. ``separator`` is
    what stands between several labels in a cell: ``auto`` finds out, ``none`` takes every cell as
    one label. Raises `DataError` for what cannot be used; ``progress`` may raise to cancel.
    """
    if "\0" in str(path):
        raise DataError("Expected a path, but got one with a zero byte. Check the path.")
    path = Path(path)
    form, note = identify(path)
    progress(f"Reading {path.name[:60]}", None)
    if form == "folder":
        contents = _folder(path, progress)
    elif form in ("images", "yolo"):
        contents = _archive(path, form, progress)
    elif form in ("npz", "npy"):
        name = label if isinstance(label, str) else None
        contents = _arrays(path, form, name, separator, progress)
    else:
        contents = _tabular(path, form, label, split, separator, progress)
    return contents.with_notes(*([note] if note else []), *_remarks(contents.labels))


def _tabular(
    path: Path,
    form: str,
    label: str | int | None,
    split: str | int | None,
    separator: str,
    progress: Progress,
) -> Contents:
    table: TableFile
    if form in ("csv", "tsv"):
        from .tables.csv_file import CsvFile

        table = CsvFile(path, "\t" if form == "tsv" else None)
    elif form == "parquet":
        from .tables.parquet_file import ParquetTable

        table = ParquetTable(path)
    elif form == "excel":
        from .tables.excel_file import read_excel

        table = read_excel(path, progress)
    else:
        from .tables import json_file

        if form == "jsonl":
            table = json_file.read_lines(path, progress)
        else:
            from .annotations.coco import is_coco, read_coco

            document = json_file.parse_document(path)
            if is_coco(document):
                labels, boxes, notes = read_coco(document)
                return Contents(
                    path.name, "annotations", FORMS["coco"], path.stat().st_size, labels,
                    label="category", notes=notes, boxes=boxes,
                )  # fmt: skip
            table = json_file.read_records(document, progress)
    label, split = _named(table.columns, label), _named(table.columns, split)
    return _table(table, path, form, label, split, separator, progress)


def _named(columns: tuple[str, ...], column: str | int | None) -> str | None:
    """A column by its name; one given by its position has to be there."""
    if not isinstance(column, int):
        return column
    if not 0 <= column < len(columns):
        raise DataError(
            f"Expected a column from 0 to {len(columns) - 1}, but got {column}. "
            f"They are {listed(list(columns), 12)}."
        )
    return columns[column]


def _table(
    table: TableFile,
    path: Path,
    form: str,
    label: str | None,
    split: str | None,
    separator: str,
    progress: Progress,
) -> Contents:
    sample = table.sample()
    if sample.rows == 0:
        raise DataError(
            f"Expected {shown(path.name)} to have rows, but got only the columns "
            f"{listed(list(table.columns))}. Add the rows."
        )
    size = path.stat().st_size
    counting = count_columns(sample, table.columns) if label is None else None
    if counting is not None:
        if ragged := getattr(table, "ragged", []):
            raise DataError(
                f"Expected {len(table.columns)} fields in every row of a table of counts, but got "
                f"{shown(' | '.join(ragged[0]))}. Use one separator, and quote names that hold it."
            )
        labels = _counts(sample, *counting)
        return Contents(
            path.name, "counts", FORMS[form], size, labels, label=counting[0],
            reason="the table lists classes with their counts", columns=table.columns,
            notes=(*table.notes, "Read as a table of class counts: there are no samples to check."),
        )  # fmt: skip
    guess = guess_label(sample, table.columns, label)
    split_column = _split_column(sample, table.columns, guess.column, split)
    cells = sample.columns[guess.column]
    several = (
        guess_separator(cells, guess.column in sample.lists) if separator == AUTO
        else None if separator == NONE else separator
    )  # fmt: skip
    wanted = [guess.column, *([split_column] if split_column else [])]
    counter = scan(
        table,
        lambda: LabelCounter(guess.column, split_column, several),
        progress,
        "Counting classes",
        wanted,
        frozenset(wanted),
    )
    labels = counter.labels()
    features = tuple(c for c in table.columns if c not in wanted)
    notes = list(table.notes)
    skipped = getattr(table, "skipped", 0)
    if skipped:
        notes.append(f"Left out {skipped:,} rows with the wrong number of fields.")
    if several is not None:
        kind = "lists" if several == "[]" else f"labels separated by {several!r}"
        notes.append(
            f"Cells of {shown(guess.column)} hold several labels ({kind}); counted by label."
        )
    return Contents(
        path.name, "table", FORMS[form], size, labels, guess.column, guess.reason, guess.choices,
        table.columns, split_column, features, tuple(notes), table,
    )  # fmt: skip


def _split_column(sample: Sample, columns: tuple[str, ...], label: str, given: str | None) -> str:
    if given is None:
        return guess_split(sample, columns, label)
    if given == "":
        return ""
    if given not in columns or given == label:
        raise DataError(
            "Expected the split column to be one of "
            f"{listed([c for c in columns if c != label], 12)}, but got {shown(given)}."
        )
    values = {v for v in sample.columns.get(given, []) if v is not None}
    if not any(split_of(v) for v in values):
        raise DataError(
            f"Expected column {shown(given)} to say train, validation or test, but got "
            f"{listed(sorted(values))}."
        )
    return given


def _counts(sample: Sample, name: str, columns: tuple[str, ...]) -> Labels:
    """Labels from a table of class counts; columns named after splits are kept apart."""
    names = tuple(str(v) for v in sample.columns[name])
    by_split: dict[str, Array] = {}
    for column in columns:
        values = []
        for cell in sample.columns[column]:
            count = float(cell or 0)
            if not 0 <= count <= limits.COUNT:
                raise DataError(
                    f"Expected counts from 0 to {limits.COUNT:.0e}, but got {shown(str(cell))} in "
                    f"column {shown(column)}."
                )
            values.append(int(count))
        by_split.setdefault(split_of(column) or ALL, np.array(values, dtype=np.int64))
    known = [s for s in ("train", "validation", "test") if s in by_split]
    splits = tuple(known) if known else (ALL,)
    counts = np.stack([by_split[s] for s in splits])
    if not counts[0].sum():
        raise DataError(
            f"Expected counts above 0, but every class has 0 samples ({listed(list(columns))})."
        )
    return Labels(names, splits, counts, rows=int(counts.sum()))


def _arrays(
    path: Path, form: str, label: str | None, separator: str, progress: Progress
) -> Contents:
    from .tables.numpy_file import ArrayTable, read_arrays

    arrays = read_arrays(path, label)
    table = ArrayTable(arrays)
    split = "split" if arrays.splits is not None else ""
    wanted = [arrays.label, *([split] if split else [])]
    cells = table.sample().columns[arrays.label]
    several = (
        guess_separator(cells, False)
        if separator == AUTO
        else None
        if separator == NONE
        else separator
    )
    counter = scan(
        table, lambda: LabelCounter(arrays.label, split, several), progress, "Counting classes",
        wanted, frozenset(wanted),
    )  # fmt: skip
    contents = Contents(
        path.name, "table", FORMS[form], path.stat().st_size, counter.labels(), arrays.label,
        "it is the array of labels", (), table.columns, split,
        tuple(c for c in table.columns if c not in wanted), tuple(table.notes), table,
    )  # fmt: skip
    x = arrays.inputs
    pixels = x is not None and x.dtype == np.uint8 and x.ndim in (3, 4)
    if x is not None and pixels and (x.ndim == 3 or x.shape[3] in (1, 3)) and 0 not in x.shape:
        from .images.image_files import ArrayImages

        return replace(
            contents, kind="images", table=None, columns=(), features=(), images=ArrayImages(x)
        )
    if x is not None and not contents.features:
        return contents.with_notes(
            f"Left out the features of shape {x.shape}: no table, no images."
        )
    return contents


def _archive(path: Path, form: str, progress: Progress) -> Contents:
    if form == "yolo":
        from .annotations.yolo import read_yolo

        found = read_yolo(path, progress)
        if found is not None:
            labels, boxes, notes = found
            return Contents(
                path.name, "annotations", FORMS["yolo"], path.stat().st_size, labels,
                label="class", notes=notes, boxes=boxes,
            )  # fmt: skip
    return _images(path, FORMS["images"], path.stat().st_size)


def _folder(path: Path, progress: Progress) -> Contents:
    if any((path / part).is_dir() for part in ("labels", "train/labels")):
        from .annotations.yolo import read_yolo

        found = read_yolo(path, progress)
        if found is not None:
            labels, boxes, notes = found
            return Contents(
                path.name, "annotations", FORMS["yolo"], 0, labels, label="class", notes=notes,
                boxes=boxes,
            )  # fmt: skip
    return _images(path, FORMS["folder"], 0)


def _images(path: Path, form: str, size: int) -> Contents:
    from .images.image_files import open_images

    images, labels, notes = open_images(path)
    return Contents(
        path.name, "images", form, size, labels, label="folder",
        reason="each folder is a class", notes=notes, images=images,
    )  # fmt: skip


def _remarks(labels: Labels) -> list[str]:
    """What to say about the classes of any file."""
    notes = []
    folded: dict[str, list[str]] = {}
    for name in labels.names:
        folded.setdefault(" ".join(name.casefold().replace("_", " ").split()), []).append(name)
    alike = [" / ".join(shown(n, 30) for n in same) for same in folded.values() if len(same) > 1]
    if alike:
        more = f" and {len(alike) - 3} more" if len(alike) > 3 else ""
        notes.append(
            f"Classes that differ in spelling only: {'; '.join(alike[:3])}{more}. Merge them?"
        )
    if labels.missing and labels.multi is None:
        notes.append(
            f"{labels.missing:,} of {labels.rows:,} rows have no label; they are left out."
        )
    if labels.split_codes is not None and (out := int((labels.split_codes < 0).sum())):
        notes.append(f"{out:,} rows belong to no split; they are left out.")
    empty = [labels.names[c] for c in np.flatnonzero(labels.train_counts == 0)]
    if empty and labels.splits != (ALL,):
        notes.append(f"Classes without a training sample: {listed(empty)}.")
    return notes
