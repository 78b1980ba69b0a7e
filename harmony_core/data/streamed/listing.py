"""Which images a set has, of which class and split. Axes: n images, c classes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...readers.images.layout import MAX_CLASSES, Layout, Parts
from ...readers.messages import listed
from .readers import FolderReader, ImageReader, ZipReader


@dataclass(frozen=True)
class Listing:
    """The images of a source, the training ones first where a split is given."""

    reader: ImageReader
    targets: Array
    """(n,) int64"""
    is_test: Array
    """(n,) bool; all False where no split is given."""
    class_names: tuple[str, ...]
    key: str
    """Names what was listed: another key where files have changed."""
    notes: tuple[str, ...] = ()


class FileSource(Protocol):
    """A folder or a ZIP that has been read."""

    notes: tuple[str, ...]

    @property
    def key(self) -> str: ...

    def path_of(self, parts: Parts) -> str:
        """The path of a file in the folder, or its name in the ZIP."""
        ...


def list_files(path: Path, layout: Layout, source: FileSource) -> Listing:
    """The images of a folder or ZIP, as its layout says."""
    paths = map(source.path_of, layout.files)
    reader = FolderReader(path, paths) if path.is_dir() else ZipReader(path, paths)
    return Listing(
        reader, layout.targets, layout.is_test, layout.class_names, source.key, source.notes
    )


def listing_of(
    reader: ImageReader,
    labels: Sequence[str],
    order: Sequence[str],
    names: tuple[str, ...],
    splits: Sequence[str],
    key: str,
    notes: tuple[str, ...] = (),
) -> Listing:
    """A listing from the label (n,) and split (n,) of every image.

    ``order`` (c,) has the labels by class, ``names`` (c,) what they are called. A split is `train`,
    `validation`, `test` or empty; validation is the test set where there is no other. Raises
    `DataError` for too few or too many classes, and for classes that are only tested.
    """
    if not 2 <= len(order) <= MAX_CLASSES:
        raise DataError(
            f"Expected 2 to {MAX_CLASSES:,} classes, but got {len(order):,}: {listed(order, 3)}. "
            "Check the labels."
        )
    place = {label: c for c, label in enumerate(order)}
    targets = np.array([place[label] for label in labels], dtype=np.int64)
    split = np.array(splits)
    tested = "test" if (split == "test").any() else "validation"
    is_test = split == tested
    trains = (split == "train") | (split == "")
    if not trains.any():
        raise DataError(
            f"Expected images to train on, but got only the split {tested}. Add the others."
        )
    unused = ~trains & ~is_test
    if unused.any():
        notes = (*notes, f"{int(unused.sum()):,} images of the split validation were left out.")
    lost = np.setdiff1d(targets[is_test], targets[trains])
    if len(lost):
        raise DataError(
            "Expected every class to have a training image, but got none of: "
            f"{listed([names[c] for c in lost], 3)}. Remove the class or add images of it."
        )
    if unused.any():
        reader = Some(reader, np.flatnonzero(~unused))
    kept = ~unused
    return Listing(reader, targets[kept], is_test[kept], names, key, notes)


class Some:
    """Some of the images of another reader."""

    def __init__(self, reader: ImageReader, rows: Array) -> None:
        self._reader, self._rows = reader, rows

    def __len__(self) -> int:
        return len(self._rows)

    def name(self, i: int) -> str:
        return self._reader.name(int(self._rows[i]))

    def read(self, i: int) -> bytes:
        return self._reader.read(int(self._rows[i]))


def digest_of(paths: Sequence[Path]) -> str:
    """Names files by their names, sizes and times, in 64 hex digits."""
    digest = hashlib.sha256()
    for path in paths:
        info = path.stat()
        digest.update(f"{path.name}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
    return digest.hexdigest()
