"""Arrays of labels and inputs from any file, as a table or as images.

Axes: n rows, d features, h and w pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import ReadOptions
from ..images.image_files import ArrayImages
from ..labels import SPLITS
from ..messages import listed, quoted
from ..samples import Sample
from .array_labels import row_labels
from .array_names import role_of
from .guess_columns import LabelColumns
from .separators import separator_of
from .split_column import SplitColumn
from .table_contents import count_labels

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 65_536
Shape = tuple[int, ...]


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


def assemble(
    shapes: Mapping[str, Shape], flat: Sequence[str], load: Callable[[str], Array],
    label: str | None,
) -> Arrays:  # fmt: skip
    """Pair labels with inputs, split by split.

    ``shapes`` are those of all arrays by name; ``flat`` are those with one axis that may be labels
    whatever their name; ``label`` is the array that a person chose.
    """
    labels, inputs = _roles(shapes, flat, label)
    wanted = sorted(labels, key=("", *SPLITS).index)
    if any(wanted):
        wanted = [which for which in wanted if which]
    found: list[Array] = []
    pixels: list[Array] = []
    splits: list[Array] = []
    notes: list[str] = []
    for which in wanted:
        name = labels[which]
        y, note = row_labels(load(name), name)
        notes += [note] if note and note not in notes else []
        found.append(y)
        splits.append(np.full(len(y), which or "all"))
        partner = inputs.get(which)
        if partner is not None:
            pixels.append(_rows_first(shapes[partner], load, partner, name, len(y)))
    same = len({x.shape[1:] for x in pixels}) == 1
    if pixels and (len(pixels) != len(found) or not same):
        notes.append("Left out the features, because not every split has the same ones.")
        pixels = []
    used = {labels[which] for which in wanted} | {inputs.get(which, "") for which in wanted}
    left = [n for n in shapes if n not in used]
    if left:
        notes.append(f"Left out arrays that are neither features nor labels: {listed(left)}.")
    if len({y.dtype.kind in "US" for y in found}) > 1:
        found = [y.astype(str) for y in found]
    return Arrays(
        labels[wanted[0]],
        np.concatenate(found),
        np.concatenate(pixels) if pixels else None,
        np.concatenate(splits) if any(wanted) else None,
        tuple(notes),
    )


def _roles(
    shapes: Mapping[str, Shape], flat: Sequence[str], label: str | None
) -> tuple[dict[str, str], dict[str, str]]:
    """The array of labels and the array of inputs of each split, empty for no split."""
    labels: dict[str, list[tuple[int, str]]] = {}
    inputs: dict[str, str] = {}
    for name, shape in shapes.items():
        role, split, rank = role_of(name)
        if role == "labels" and 1 <= len(shape) <= 2:
            labels.setdefault(split, []).append((rank, name))
        elif role == "inputs" and shape:
            inputs.setdefault(split, name)
    if label is not None:
        if label not in shapes:
            raise DataError(
                f"Expected the label array to be one of {listed(list(shapes))}, "
                f"but got {quoted(label)}."
            )
        kept = {"": inputs[""]} if inputs.get("", label) != label else {}
        return {"": label}, kept
    if labels:
        return {which: _likeliest(found, shapes, inputs.get(which))
                for which, found in labels.items()}, inputs  # fmt: skip
    if len(flat) != 1:
        raise DataError(
            "Expected an array of labels called y, labels or targets, but got "
            f"{listed(list(shapes))}. Name it."
        )
    return {"": flat[0]}, inputs


def _likeliest(
    found: list[tuple[int, str]], shapes: Mapping[str, Shape], partner: str | None
) -> str:
    """Of several arrays of labels the one as long as the inputs, and with the commonest name."""
    rows = set() if partner is None else {shapes[partner][0], shapes[partner][-1]}
    fitting = [(rank, name) for rank, name in found if set(shapes[name]) & rows]
    return min(fitting or found)[1]


def _rows_first(
    shape: Shape, load: Callable[[str], Array], partner: str, name: str, rows: int
) -> Array:
    """The inputs with rows on the first axis; MATLAB often has them on the last."""
    if shape[0] == rows:
        return load(partner)
    if shape[-1] == rows:
        return np.moveaxis(load(partner), -1, 0)
    raise DataError(
        f"Expected as many rows in {quoted(partner)} as labels in {quoted(name)} "
        f"({rows:,}), but got shape {shape}. Save features and labels of the same samples."
    )


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


def array_contents(arrays: Arrays, path: Path, title: str, options: ReadOptions) -> Contents:
    """The labels of arrays, with their features as a table or their pixels as images."""
    table = ArrayTable(arrays)
    split = "split" if arrays.splits is not None else ""
    cells = table.sample().columns[arrays.label]
    separator = separator_of(cells, False, options.separator)
    chosen = LabelColumns(
        arrays.label, "it is the array of labels", split=SplitColumn(split), separator=separator
    )
    labels = count_labels(table, chosen, options.progress)
    features = tuple(c for c in table.columns if c not in (chosen.label, split))
    size = 0 if path.is_dir() else path.stat().st_size
    contents = Contents(
        path.name, "table", title, size, labels, chosen.label, chosen.reason, (),
        table.columns, split, features=features, notes=tuple(table.notes), table=table,
    )  # fmt: skip
    x = arrays.inputs
    if x is not None and x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] not in (1, 3):
        x = np.moveaxis(x, 1, 3)  # channels first, as torch has them
    pixels = x is not None and x.dtype == np.uint8 and x.ndim in (3, 4)
    if x is not None and pixels and (x.ndim == 3 or x.shape[3] in (1, 3)) and 0 not in x.shape:
        images = ArrayImages(x)
        return replace(contents, kind="images", table=None, columns=(), features=(), images=images)
    if x is not None and not features:
        return contents.with_notes(
            f"Left out the features of shape {x.shape}: they are neither columns nor images."
        )
    return contents
