"""NumPy files: an .npz with features and labels, or an .npy of labels. Nothing is unpickled."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.image_files import ArrayImages
from ..messages import listed, quoted
from ..samples import Sample
from .guess_columns import LabelColumns
from .separators import separator_of
from .split_column import SplitColumn
from .table_contents import count_labels

if TYPE_CHECKING:
    import pyarrow as pa

_LABELS = re.compile(r"^(y|labels?|targets?|class(es)?)$", re.IGNORECASE)
_INPUTS = re.compile(r"^(x|data|inputs?|features?|images?|imgs?)$", re.IGNORECASE)
_SPLIT = re.compile(
    r"[_\-.]?(train|training|test|testing|val|valid|validation)[_\-.]?", re.IGNORECASE
)
_NAMES = {"train": "train", "training": "train", "test": "test", "testing": "test"}
BATCH = 65_536
ENTRIES = 200


@dataclass(frozen=True)
class Arrays:
    """The labels of an .npz, and features or images if there are any, by row."""

    label: str
    labels: Array
    """(n,)"""
    inputs: Array | None
    """(n, d) numbers or (n, h, w[, channels]) uint8."""
    splits: Array | None
    """(n,) text, or ``None`` for a file without splits."""
    notes: tuple[str, ...]


def read_arrays(path: Path, label: str | None) -> Arrays:
    """Labels and inputs of an .npz or .npy; their sizes are checked in the headers first."""
    try:
        if not zipfile.is_zipfile(path):
            with open(path, "rb") as file:
                return _single(_array(file, path.name, path.stat().st_size))
        with zipfile.ZipFile(path) as archive:
            shapes = _headers(archive)
            return _assemble(archive, shapes, label)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _damaged(error) from error


def _headers(archive: zipfile.ZipFile) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Shape and type of each array; refuses objects and what would not fit."""
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise DataError(f"Expected at most {ENTRIES} arrays, but got {len(entries):,}.")
    found: dict[str, tuple[tuple[int, ...], np.dtype[Any]]] = {}
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


def _header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read(file)
    except (ValueError, TypeError, SyntaxError, MemoryError) as error:
        raise _damaged(error) from error
    if kind.hasobject or kind.names or kind.kind not in "biufUS":
        raise DataError(
            f"Expected arrays of numbers or text, but {quoted(name)} holds {kind!s:.40} (objects "
            "are never loaded, as that can run code). Save labels as text or whole numbers."
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
    except (ValueError, TypeError, SyntaxError, MemoryError) as error:
        raise _damaged(error) from error


def _single(labels: Array) -> Arrays:
    if labels.ndim != 1:
        raise DataError(
            f"Expected an .npy of labels with one axis, but got shape {labels.shape}. "
            "Save features and labels together with numpy.savez(file, x=…, y=…)."
        )
    return Arrays("labels", _checked_labels(labels, "labels"), None, None, ())


def _assemble(
    archive: zipfile.ZipFile,
    shapes: dict[str, tuple[tuple[int, ...], np.dtype[Any]]],
    label: str | None,
) -> Arrays:
    """Pair labels with inputs, split by split."""
    roles: dict[tuple[str, str], str] = {}
    for name in shapes:
        split = _SPLIT.search(name)
        which = _NAMES.get(split.group(1).lower(), "validation") if split else ""
        base = _SPLIT.sub("", name)
        if _LABELS.match(base) and len(shapes[name][0]) == 1:
            roles.setdefault(("labels", which), name)
        elif _INPUTS.match(base):
            roles.setdefault(("inputs", which), name)
    if label is not None:
        if label not in shapes:
            raise DataError(
                f"Expected the label array to be one of {listed(list(shapes))}, "
                f"but got {quoted(label)}."
            )
        roles = {k: v for k, v in roles.items() if k[0] == "inputs" and k[1] == "" and v != label}
        roles["labels", ""] = label
    elif not any(role == "labels" for role, _ in roles):
        flat = [
            n for n, (shape, kind) in shapes.items() if len(shape) == 1 and kind.kind in "biuUS"
        ]
        if len(flat) != 1:
            raise DataError(
                "Expected an array of labels called y, labels or targets, but got "
                f"{listed(list(shapes))}. Name it."
            )
        roles["labels", ""] = flat[0]

    def load(name: str) -> Array:
        with archive.open(f"{name}.npy") as file:
            return _load(file)

    labels: list[Array] = []
    inputs: list[Array] = []
    splits: list[Array] = []
    notes: list[str] = []
    wanted = sorted(which for role, which in roles if role == "labels")
    if any(wanted):
        wanted = [which for which in wanted if which]
    for which in wanted:
        name = roles["labels", which]
        y = _checked_labels(load(name), name)
        labels.append(y)
        splits.append(np.full(len(y), which or "all"))
        partner = roles.get(("inputs", which))
        if partner is not None:
            shape = shapes[partner][0]
            if not shape or shape[0] != len(y):
                raise DataError(
                    f"Expected as many rows in {quoted(partner)} as labels in {quoted(name)} "
                    f"({len(y):,}), but got shape {shape}."
                )
            inputs.append(load(partner))
    same = len({x.shape[1:] for x in inputs}) == 1
    if len(inputs) != len(labels) or not same:
        if inputs:
            notes.append("Left out the features, because not every split has the same ones.")
        inputs = []
    used = set(roles.values())
    left = [n for n in shapes if n not in used]
    if left:
        notes.append(f"Left out arrays that are neither features nor labels: {listed(left)}.")
    if len({y.dtype.kind in "US" for y in labels}) > 1:
        labels = [y.astype(str) for y in labels]
    return Arrays(
        roles["labels", wanted[0]],
        np.concatenate(labels),
        np.concatenate(inputs) if inputs else None,
        np.concatenate(splits) if any(wanted) else None,
        tuple(notes),
    )


def _checked_labels(labels: Array, name: str) -> Array:
    if labels.ndim != 1 or len(labels) < 1:
        raise DataError(
            f"Expected {quoted(name)} to hold one label for each row, but got shape {labels.shape}."
        )
    if labels.dtype.kind == "S":
        return np.char.decode(labels, "utf-8", errors="replace")
    return labels


class ArrayTable:
    """Rows of an array and their labels as a `TableFile`."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.notes: list[str] = list(arrays.notes)
        x = arrays.inputs
        flat = x is not None and x.ndim == 2 and x.dtype.kind in "biuf"
        width = x.shape[1] if x is not None and flat else 0
        if width > limits.COLUMNS:
            self.notes.append(
                f"Left out the features: {width:,} columns are more than can be used."
            )
            width = 0
        self._x = x if width else None
        self._features = [f"x{i}" for i in range(width)]
        self._split = "split" if arrays.splits is not None else ""
        self.columns = (*self._features, *((self._split,) if self._split else ()), arrays.label)

    def sample(self) -> Sample:
        rows = np.linspace(0, len(self.arrays.labels) - 1, 2_000).astype(np.int64)
        rows = np.unique(rows)
        labels: list[str | None] = [str(v) for v in self.arrays.labels[rows]]
        return Sample({self.arrays.label: labels}, whole=False)

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        import pyarrow as pa

        wanted = self.columns if columns is None else tuple(columns)
        place = {name: i for i, name in enumerate(self._features)}
        n = len(self.arrays.labels)
        for start in range(0, n, BATCH):
            rows = slice(start, min(start + BATCH, n))
            parts = {}
            for name in wanted:
                if name in place and self._x is not None:
                    column = np.ascontiguousarray(self._x[rows, place[name]])
                    parts[name] = pa.array(column.astype(np.float64, copy=False))
                elif name == self._split and self.arrays.splits is not None:
                    parts[name] = pa.array(self.arrays.splits[rows].tolist())
                else:
                    values = self.arrays.labels[rows]
                    parts[name] = pa.array(values.tolist() if values.dtype.kind == "U" else values)
            yield pa.record_batch(parts), rows.stop / n


def _damaged(error: Exception) -> DataError:
    what = str(error) or type(error).__name__
    return DataError(
        f"Expected a readable NumPy file, but got: {quoted(what, 100)}. "
        "Save it again with numpy.savez."
    )


def _contents(path: Path, title: str, options: ReadOptions) -> Contents:
    """The labels of a NumPy file, with its features as a table or its pixels as images."""
    arrays = read_arrays(path, options.label if isinstance(options.label, str) else None)
    table = ArrayTable(arrays)
    split = "split" if arrays.splits is not None else ""
    cells = table.sample().columns[arrays.label]
    separator = separator_of(cells, False, options.separator)
    chosen = LabelColumns(
        arrays.label, "it is the array of labels", split=SplitColumn(split), separator=separator
    )
    labels = count_labels(table, chosen, options.progress)
    features = tuple(c for c in table.columns if c not in (chosen.label, split))
    contents = Contents(
        path.name, "table", title, path.stat().st_size, labels, chosen.label, chosen.reason, (),
        table.columns, split, features=features, notes=tuple(table.notes), table=table,
    )  # fmt: skip
    x = arrays.inputs
    pixels = x is not None and x.dtype == np.uint8 and x.ndim in (3, 4)
    if x is not None and pixels and (x.ndim == 3 or x.shape[3] in (1, 3)) and 0 not in x.shape:
        images = ArrayImages(x)
        return replace(contents, kind="images", table=None, columns=(), features=(), images=images)
    if x is not None and not features:
        return contents.with_notes(
            f"Left out the features of shape {x.shape}: they are neither columns nor images."
        )
    return contents


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
