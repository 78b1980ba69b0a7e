"""A file of numbers, one row for each sample: NPY, NPZ, CSV, TSV or Parquet. Nothing is unpickled.

Axes: n rows, k columns.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..messages import listed, quoted
from .columnar import ColumnarTable
from .csv_file import CsvFile
from .numpy_file import open_arrays
from .parquet_file import ParquetShard
from .table_file import scan

MAGIC = b"\x93NUMPY"


@dataclass(frozen=True)
class Numbers:
    """A table of numbers."""

    values: Array
    """(n, k) float32"""
    names: tuple[str, ...] = ()
    """Names of the columns, where the file has any."""


def read_numbers(path: Path, name: str) -> Numbers:
    """The numbers of a file; ``name`` is the array to take from an NPZ that holds several."""
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(8)
    except OSError as error:
        raise DataError(
            f"Expected {quoted(path.name)} to be a file, but got: {error.strerror or error}. "
            "Check the path."
        ) from error
    if size > limits.GIVEN_BYTES:
        raise DataError(
            f"Expected {quoted(path.name)} to have at most {limits.GIVEN_BYTES // limits.MB:,} MB, "
            f"but it has {size / limits.MB:,.0f} MB. Save it as float32."
        )
    if head.startswith(MAGIC) or zipfile.is_zipfile(path):
        return Numbers(_matrix(_array(path, name), path.name))
    return _table(path, parquet=head.startswith(b"PAR1"))


def _array(path: Path, name: str) -> Array:
    with open_arrays(path) as (headers, load):
        if name in headers:
            return load(name)
        if len(headers) == 1:
            return load(next(iter(headers)))
        flat = [n for n, (shape, kind) in headers.items() if len(shape) == 2 and kind.kind in "fiu"]
        if len(flat) != 1:
            raise DataError(
                f"Expected one array in {quoted(path.name)}, or one called {quoted(name)}, but got "
                f"{listed(list(headers))}. Save that array alone."
            )
        return load(flat[0])


def _matrix(array: Array, file: str) -> Array:
    if array.ndim == 1 and array.dtype.kind in "fiu":
        array = array[:, None]
    if array.ndim != 2 or array.dtype.kind not in "fiub" or not array.shape[1]:
        raise DataError(
            f"Expected {quoted(file)} to hold an array of numbers with two axes, samples and "
            f"columns, but got {array.dtype} with the shape {array.shape}. Reshape it."
        )
    return array.astype(np.float32)


class _Rows:
    """A `Sink` of columns of numbers."""

    def __init__(self, columns: tuple[str, ...], file: str) -> None:
        self.columns, self._file = columns, file
        self.parts: list[Array] = []

    def add(self, batch: object) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        assert isinstance(batch, pa.RecordBatch)
        made = []
        for name in self.columns:
            column = batch.column(name)
            kind = column.type
            if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
                raise DataError(
                    f"Expected numbers in all columns of {quoted(self._file)}, but "
                    f"{quoted(name)} holds others. Leave that column out."
                )
            filled = pc.fill_null(pc.cast(column, pa.float32(), safe=False), float("nan"))
            made.append(filled.to_numpy(zero_copy_only=False))
        self.parts.append(np.stack(made, axis=1))


def _table(path: Path, parquet: bool) -> Numbers:
    table = ColumnarTable([ParquetShard(path)], [""], "Parquet") if parquet else CsvFile(path)
    columns = tuple(table.columns)
    rows = scan(table, lambda: _Rows(columns, path.name), lambda *_: None, "", columns)
    if not rows.parts:
        raise DataError(f"Expected rows of numbers in {quoted(path.name)}, but got none.")
    return Numbers(np.concatenate(rows.parts), columns)
