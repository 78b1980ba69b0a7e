"""Open a file safely and count its classes; nothing is written, nothing in it is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .contents import Contents
from .format import AUTO, ReadOptions
from .identify import identify
from .labels import ALL, Labels
from .messages import Progress, listed, listing, quoted, silent


def read_file(
    path: str | Path,
    *,
    label: str | int | None = None,
    split: str | int | None = None,
    separator: str = AUTO,
    header: str = AUTO,
    progress: Progress = silent,
) -> Contents:
    """The classes of a file or folder, and a way to its samples.

    ``label`` and ``split`` are columns, by name or by position from 0; ``None`` guesses them, and
    an empty ``split`` means none. ``separator`` stands between several labels in a cell: ``auto``
    guesses it, ``none`` takes every cell as one label. ``header`` says whether the first row of a
    text table or a sheet names the columns: ``yes``, ``no`` or ``auto``. Raises `DataError` for
    what cannot be used; ``progress`` may raise to cancel.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "pets.csv")
    ...     _ = file.write_text("legs,species\\n" + "4,cat\\n" * 3 + "2,emu\\n")
    ...     contents = read_file(file)
    >>> contents.form, contents.label, contents.features
    ('CSV table', 'species', ('legs',))
    >>> dict(zip(contents.labels.names, contents.labels.train_counts.tolist()))
    {'cat': 3, 'emu': 1}
    """
    if "\0" in str(path):
        raise DataError("Expected a path, but got one with a zero byte. Check the path.")
    path = Path(path)
    form, note, listing = identify(path)
    progress(f"Reading {path.name[:60]}", None)
    with _within_memory(path):
        options = ReadOptions(label, split, separator, header, progress, listing=listing)
        contents = form.read(path, options)
    return contents.with_notes(*([note] if note else []), *_remarks(contents.labels))


def read_table(path: str | Path, *, header: str = AUTO, progress: Progress = silent) -> Contents:
    """The rows of a table that need not have labels; see `read_file`.

    Raises `DataError` for what is no table, or holds arrays.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "new.csv")
    ...     _ = file.write_text("legs,wings\\n4,0\\n2,2\\n")
    ...     read_table(file).columns
    ('legs', 'wings')
    """
    path = Path(path)
    form, *_ = identify(path)
    with _within_memory(path):
        contents = form.read(path, ReadOptions(header=header, progress=progress, unlabelled=True))
    if contents.table is None or contents.labels.names:
        contents.close()
        raise DataError(
            f"Expected a table of rows in {quoted(path.name)}, but got {form.title}. Save it as "
            "CSV or Parquet."
        )
    return contents


@contextmanager
def _within_memory(path: Path) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise DataError(
            f"Expected {quoted(path.name)} to fit into memory, but it ran out. "
            "Keep fewer samples of the frequent classes, then try again."
        ) from error


def _remarks(labels: Labels) -> list[str]:
    """Notes on the classes that hold for any format."""
    notes = []
    folded: dict[str, list[str]] = {}
    for name in labels.names:
        folded.setdefault(" ".join(name.casefold().replace("_", " ").split()), []).append(name)
    alike = [" / ".join(quoted(n, 30) for n in same) for same in folded.values() if len(same) > 1]
    if alike:
        more = f" and {len(alike) - 3} more" if len(alike) > 3 else ""
        notes.append(
            f"Classes that differ in spelling only: {'; '.join(alike[:3])}{more}. Merge them?"
        )
    if labels.missing and labels.multi is None:
        notes.append(
            f"{labels.missing:,} of {labels.rows:,} rows have no label; they are left out."
        )
    if labels.split_codes is not None and (outside := int((labels.split_codes < 0).sum())):
        classes = _by_class(labels, labels.split_codes < 0)
        notes.append(f"{outside:,} rows belong to no split{classes}; they are left out.")
    empty = [labels.names[c] for c in np.flatnonzero(labels.train_counts == 0)]
    if empty and labels.splits != (ALL,):
        notes.append(f"Classes without a training sample: {listed(empty)}.")
    return notes


def _by_class(labels: Labels, rows: Array) -> str:
    """How many of some rows (n,) bool are of which class, in brackets; empty if that is unknown."""
    if labels.codes is None:
        return ""
    counts = np.bincount(labels.codes[rows & (labels.codes >= 0)], minlength=len(labels.names))
    order = np.argsort(-counts, kind="stable")
    named = [f"{labels.names[c][:30]} {counts[c]:,}" for c in order if counts[c]]
    return f" ({listing(named)})" if named else ""
