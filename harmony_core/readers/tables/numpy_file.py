"""NumPy files: an .npz or a folder of .npy with features and labels, or an .npy of labels.

Nothing is unpickled.
"""

from __future__ import annotations

import re
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import quoted
from .array_file import Arrays, array_contents, assemble
from .array_labels import row_labels

ENTRIES = 200
_DAMAGE = (ValueError, TypeError, SyntaxError, tokenize.TokenError)
"""What NumPy raises for a damaged header."""
Header = tuple[tuple[int, ...], np.dtype[Any]]


def read_arrays(path: Path, label: str | None) -> Arrays:
    """Labels and inputs of an .npz or .npy; their sizes are checked in the headers first."""
    with open_arrays(path) as (headers, load):
        return _assemble(headers, load, label) if zipfile.is_zipfile(path) else _single(load(""))


@contextmanager
def open_arrays(path: Path) -> Iterator[tuple[dict[str, Header], Callable[[str], Array]]]:
    """The headers of the arrays of an .npz by name, and a way to load one; an .npy has one, "".

    Sizes are checked in the headers before anything is loaded; a damaged file raises `DataError`.
    """
    try:
        if not zipfile.is_zipfile(path):
            with open(path, "rb") as single:
                array = _array(single, path.name, path.stat().st_size)
            yield {"": (array.shape, array.dtype)}, lambda _: array
            return
        with zipfile.ZipFile(path) as archive:

            def load(name: str) -> Array:
                with archive.open(f"{name}.npy") as file:
                    return _load(file)

            yield _headers(archive), load
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _damaged(error) from error


def _headers(archive: zipfile.ZipFile) -> dict[str, Header]:
    """Shape and type of each array; refuses objects and what would not fit."""
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise DataError(f"Expected at most {ENTRIES} arrays, but got {len(entries):,}.")
    found: dict[str, Header] = {}
    total = 0
    for entry in entries:
        if not entry.filename.endswith(".npy"):
            raise DataError(
                "Expected an .npz that holds arrays only, but got "
                f"{quoted(entry.filename)} inside. Save it with numpy.savez."
            )
        if entry.flag_bits & 0x1:
            raise DataError("Expected an .npz without a password, but got an encrypted entry.")
        with archive.open(entry) as file:
            shape, kind = _header(file, entry.filename)
        size = _bytes(shape, kind)
        if size > entry.file_size:
            raise DataError(
                f"Expected array {quoted(entry.filename)} to hold what its header claims "
                f"({size / limits.MB:,.0f} MB), but it has {entry.file_size / limits.MB:,.0f} MB. "
                "The file is damaged; save it again."
            )
        total += size
        found[entry.filename.removesuffix(".npy")] = (shape, kind)
    if total > limits.ARRAYS_UNPACKED_BYTES:
        raise DataError(
            f"Expected arrays of at most {limits.ARRAYS_UNPACKED_BYTES // limits.MB:,} MB, but got "
            f"{total / limits.MB:,.0f} MB. Keep fewer samples of the frequent classes."
        )
    if not found:
        raise DataError("Expected an .npz with arrays, but it is empty. Save it again.")
    return found


def _header(file: IO[bytes], name: str) -> Header:
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read(file)
    except (*_DAMAGE, MemoryError) as error:
        raise _damaged(error) from error
    if kind.hasobject or kind.names or kind.kind not in "biufUS":
        raise DataError(
            f"Expected arrays of numbers or text, but {quoted(name)} holds {kind!s:.40} (objects "
            "are never loaded, as that can run code). Save labels as text or whole numbers."
        )
    if kind.itemsize == 0 or (shape and shape[0] > limits.ROWS):
        raise DataError(
            f"Expected at most {limits.ROWS:,} rows with values in them, but {quoted(name)} claims "
            f"shape {str(shape)[:60]} of type {kind!s:.20}. The file is damaged; save it again."
        )
    return shape, kind


def _bytes(shape: tuple[int, ...], kind: np.dtype[Any]) -> int:
    size = kind.itemsize
    for side in shape:
        size *= int(side)
    return size


def _array(file: IO[bytes], name: str, size: int) -> Array:
    shape, kind = _header(file, name)
    if _bytes(shape, kind) > min(size, limits.ARRAYS_UNPACKED_BYTES):
        raise DataError(
            f"Expected array {quoted(name)} to hold what its header claims, but it claims "
            f"{_bytes(shape, kind) / limits.MB:,.0f} MB. The file is damaged, or too large."
        )
    file.seek(0)
    return _load(file)


def _load(file: IO[bytes]) -> Array:
    try:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except _DAMAGE as error:
        raise _damaged(error) from error


def _single(labels: Array) -> Arrays:
    if labels.ndim != 1 and 1 not in labels.shape and not _is_hot(labels):
        raise DataError(
            f"Expected an .npy of labels with one axis, but got shape {labels.shape}. "
            "Save features and labels together with numpy.savez(file, x=…, y=…)."
        )
    found, note = row_labels(labels, "labels")
    return Arrays("labels", found, None, None, (note,) if note else ())


def _is_hot(labels: Array) -> bool:
    """Whether each row has a single one among zeros."""
    if labels.ndim != 2 or labels.dtype.kind not in "biuf" or not labels.size:
        return False
    return bool(np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all())


def _assemble(
    headers: dict[str, Header], load: Callable[[str], Array], label: str | None
) -> Arrays:
    shapes = {name: shape for name, (shape, _) in headers.items()}
    flat = [
        name
        for name, (shape, kind) in headers.items()
        if kind.kind in "biuUS" and (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1))
    ]
    return assemble(shapes, flat, load, label)


def read_folder(path: Path, label: str | None) -> Arrays:
    """Labels and inputs of the .npy files in a folder, as of an .npz."""
    files = {
        file.stem: file for file in sorted(path.glob("*.npy"))[: ENTRIES + 1] if file.is_file()
    }
    if len(files) > ENTRIES:
        raise DataError(f"Expected at most {ENTRIES} arrays, but got more. Keep those to use.")
    headers: dict[str, Header] = {}
    total = 0
    for name, file in files.items():
        if not file.resolve().is_relative_to(path.resolve()):
            raise DataError(
                f"Expected files inside the folder, but got {quoted(file.name)}, a link that "
                "leaves it. Copy the file instead."
            )
        with open(file, "rb") as stream:
            headers[name] = _header(stream, file.name)
        total += _bytes(*headers[name])
    if total > limits.ARRAYS_UNPACKED_BYTES:
        raise DataError(
            f"Expected arrays of at most {limits.ARRAYS_UNPACKED_BYTES // limits.MB:,} MB, but got "
            f"{total / limits.MB:,.0f} MB. Keep fewer samples of the frequent classes."
        )

    def load(name: str) -> Array:
        with open(files[name], "rb") as stream:
            return _array(stream, files[name].name, files[name].stat().st_size)

    return _assemble(headers, load, label)


def _damaged(error: Exception) -> DataError:
    what = str(error) or type(error).__name__
    return DataError(
        f"Expected a readable NumPy file, but got: {quoted(what, 100)}. "
        "Save it again with numpy.savez."
    )


def _contents(path: Path, title: str, options: ReadOptions) -> Contents:
    label = options.label if isinstance(options.label, str) else None
    arrays = read_folder(path, label) if path.is_dir() else read_arrays(path, label)
    return array_contents(arrays, path, title, options)


def _matches_npz(start: FileStart) -> bool:
    return bool(start.entries) and all(n.endswith(".npy") for n in start.entries or ())


NPZ: FileFormat = FileFormat(
    title="NumPy arrays",
    matches=_matches_npz,
    read=lambda path, options: _contents(path, NPZ.title, options),
    largest=limits.ARRAYS_BYTES,
    suffixes=("npz",),
)
NPY: FileFormat = FileFormat(
    title="NumPy array",
    matches=lambda start: start.head.startswith(b"\x93NUMPY"),
    read=lambda path, options: _contents(path, NPY.title, options),
    largest=limits.ARRAYS_BYTES,
    suffixes=("npy",),
)
NPY_FOLDER: FileFormat = FileFormat(
    title="NumPy arrays in a folder",
    matches=lambda start: (
        start.folder and any(map(re.compile(r"[^/]+\.npy").fullmatch, start.others))
    ),
    read=lambda path, options: _contents(path, NPY_FOLDER.title, options),
)
