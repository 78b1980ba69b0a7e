"""A few training images of each class, to look at before anything is trained."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..readers.images.archives import ZipSource
from ..readers.images.decode import decode_all
from ..readers.images.folders import FolderSource
from ..readers.images.layout import arrange
from .cache import cache_root, load_arrays
from .cifar import ARCHIVES
from .images import Source
from .uploads import resolve_source

Glimpse = tuple[tuple[str, Array], ...]
"""Name of a class and images (n, side, side, 3) uint8 of it, at most as many as asked for."""


def glimpse(data: DataConfig, each: int, side: int = 32) -> Glimpse:
    """At most ``each`` training images of every class; none where they would be downloaded first.

    Raises `DataError` if the source cannot be used.
    """
    source = str(data.params.get("source") or data.params.get("archive") or "")
    if source:
        path = resolve_source(source)
        return _of_files(path, each, side) if path.is_dir() or is_zipfile(path) else ()
    if data.name in ARCHIVES:
        arrays = load_arrays(cache_root() / f"{ARCHIVES[data.name].md5}.npz")
        return _of_arrays(arrays, each) if arrays else ()
    return ()


def _of_files(path: Path, each: int, side: int) -> Glimpse:
    source: Source = FolderSource(path) if path.is_dir() else ZipSource(path)
    try:
        layout = arrange(source.files)
        targets = np.array([c for _, c in layout.train])
        rows = _first(targets, len(layout.class_names), each)
        files = [layout.train[i][0] for i in rows]
        images, good = decode_all(files, source.read, side, lambda share: None)
    finally:
        source.close()
    return tuple(
        (name, images[good & (targets[rows] == c)]) for c, name in enumerate(layout.class_names)
    )


def _of_arrays(arrays: dict[str, Array], each: int) -> Glimpse:
    names, targets = arrays["names"], arrays["train_targets"]
    rows = _first(targets, len(names), each)
    images, classes = arrays["train_inputs"][rows], targets[rows]
    return tuple((str(name), images[classes == c]) for c, name in enumerate(names))


def _first(targets: Array, classes: int, each: int) -> Array:
    """The first rows of every class."""
    rows = [np.flatnonzero(targets == c)[:each] for c in range(classes)]
    return np.concatenate(rows)
