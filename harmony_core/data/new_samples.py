"""Samples without a label, prepared as the training samples were: rows, a table, images.

Axes: n samples, d features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..readers.format import AUTO
from ..readers.images.archives import ZipSource
from ..readers.images.folders import FolderSource
from ..readers.images.image_files import ImageFiles
from ..readers.images.layout import IMAGE_SUFFIXES, Parts
from ..readers.messages import listed, quoted, silent
from ..readers.open import read_table
from ..readers.sampled_rows import Column, columns_of
from ..readers.tables.table_file import scan
from .table_encoder import NumberPart, TableEncoder, TextPart

if TYPE_CHECKING:
    import pyarrow as pa


def encoded_rows(rows: Sequence[Mapping[str, Any]], encoder: TableEncoder) -> Array:
    """(n, d) features of rows given by column; ``None`` and empty text are missing values.

    Raises `DataError` for a column that a row lacks, and for text in a column of numbers.

    >>> encoder = TableEncoder((NumberPart("x", 1.0, 1.0, 2.0, False),), ())
    >>> encoded_rows([{"x": 5}, {"x": None}], encoder).tolist()
    [[2.0], [0.0]]
    """
    columns = []
    for part in encoder.parts:
        absent = [i for i, row in enumerate(rows) if part.name not in row]
        if absent:
            raise DataError(
                f"Expected the column {quoted(part.name)} in every row, but row {absent[0]} lacks "
                "it. Give None for a value that is missing."
            )
        cells = [row[part.name] for row in rows]
        if isinstance(part, NumberPart):
            numbers = np.array([_number(cell, part.name) for cell in cells])
            columns.append(Column(part.name, numbers))
        else:
            columns.append(Column(part.name, texts=tuple(_text(cell) for cell in cells)))
    return encoder.transform(columns)


def encoded_table(path: str | Path, encoder: TableEncoder, *, header: str = AUTO) -> Array:
    """(n, d) features of all rows of a table, which need not have labels.

    Raises `DataError` for a file that is no table, and for columns that it lacks.
    """
    wanted = [part.name for part in encoder.parts]
    contents = read_table(path, header=header)
    try:
        absent = [name for name in wanted if name not in contents.columns]
        if contents.table is None or absent:
            raise DataError(
                f"Expected a table with the columns {listed(wanted)}, but got none called "
                f"{listed(absent)}. Provide the columns of the training table."
            )
        kept = scan(contents.table, _Kept, silent, "Reading rows", wanted)
    finally:
        contents.close()
    found = {column.name: column for column in columns_of(kept.table())}
    empty = Column("", np.full(kept.rows, np.nan)), Column("", texts=(None,) * kept.rows)
    return encoder.transform(
        [
            found.get(part.name) or replace(empty[isinstance(part, TextPart)], name=part.name)
            for part in encoder.parts
        ]
    )


class _Kept:
    """A `Sink` that keeps all rows."""

    def __init__(self) -> None:
        self.rows = 0
        self._batches: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        self._batches.append(batch)

    def table(self) -> pa.Table:
        """The rows, in order."""
        import pyarrow as pa

        return pa.Table.from_batches(self._batches)


def new_images(source: str | Path | Sequence[str | Path]) -> tuple[list[str], Array]:
    """Names and (n, 32, 32, 3) uint8 thumbnails of a ZIP, a folder, or a list of image files.

    Classes are not looked at. Raises `DataError` for an image that cannot be decoded.
    """
    single = isinstance(source, str | Path)
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(p) for p in source]
    if single and paths[0].suffix.lower() not in IMAGE_SUFFIXES:
        found = FolderSource(paths[0]) if paths[0].is_dir() else ZipSource(paths[0])
        images = ImageFiles(found, sorted(found.files))
        count = len(found.files)
    else:
        images = ImageFiles(_Listed(), [(str(path),) for path in paths])
        count = len(paths)
    try:
        names = [images.name(i) for i in range(count)]
        decoded = images.decode(np.arange(count), lambda share: None)
    finally:
        images.close()
    if not count or not decoded.readable.all():
        bad = [names[i] for i in np.flatnonzero(~decoded.readable)]
        raise DataError(
            "Expected images that can be decoded, but got "
            f"{listed(bad) if bad else 'none'}. Check the files."
        )
    return names, decoded.thumbnails


class _Listed:
    """Image files by their paths."""

    def read(self, parts: Parts) -> bytes:
        return Path(parts[0]).read_bytes()

    def close(self) -> None:
        """Nothing is open."""


def _number(cell: Any, name: str) -> float:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return float("nan")
    try:
        value = float(cell)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Expected numbers in the column {quoted(name)}, but got {quoted(str(cell))}. Give "
            "None for a value that is missing."
        ) from error
    return value if np.isfinite(value) else float("nan")


def _text(cell: Any) -> str | None:
    if cell is None or cell != cell:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:g}"
    return str(cell).strip() or None
