"""A user's images, from a folder, a ZIP, tar shards or Parquet files.

``train/<class>/*`` with ``test/<class>/*``, or ``<class>/*`` alone, of which a share of every class
is held out for the test. Images become RGB squares. They are held in memory if they fit there, and
else stay on disk (`streamed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..errors import ConfigError, DataError
from ..readers.images.archives import ZipSource
from ..readers.images.decode import decode_all
from ..readers.images.folders import FolderSource
from ..readers.images.layout import Parts, arrange
from .assemble import assemble
from .cache import cache_root, load_arrays, save_arrays
from .copies import equal_samples
from .dataset import LongTailedDataset
from .holdout import share_of
from .image_choices import ALWAYS, AUTO, MOST_HELD, NEVER, PADDED, RESIZED
from .image_split import split_images
from .long_tail import counts_within
from .spec import Progress
from .streamed.listing import list_files
from .streamed.load import streamed
from .streamed.packed import list_packed, packed_kind
from .streamed.store import rows_of
from .uploads import resolve_source

MAX_DECODED_BYTES = MOST_HELD
LOCAL_FILES = 5_000_000
"""Files of a folder on this machine, at most."""
RULES = 1
"""Raised when the same file would be decoded differently, so that no old cache is used."""


class Source(Protocol):
    """A folder or an archive."""

    title: str
    notes: tuple[str, ...]

    @property
    def key(self) -> str: ...

    @property
    def files(self) -> Sequence[Parts]: ...

    def path_of(self, parts: Parts) -> str: ...

    def read(self, parts: Parts) -> bytes: ...

    def close(self) -> None: ...


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """The images that ``source`` names; its parameters are complete and checked."""
    return load_images(
        config,
        seed,
        resolve_source(str(config.params["source"])),
        size=int(config.params["size"]),
        limit_per_class=int(config.params["limit_per_class"]),
        test_share=share_of(config.params),
        progress=progress,
        stream=str(config.params["stream"]),
        crops=str(config.params["crops"]),
    )


def load_images(
    config: DataConfig,
    seed: int,
    path: Path,
    *,
    size: int,
    limit_per_class: int = 0,
    augment: bool = True,
    test_share: float | None = None,
    progress: Progress | None = None,
    stream: str = AUTO,
    crops: str = PADDED,
) -> LongTailedDataset:
    """A data set from images; ``limit_per_class`` 0 keeps all training images.

    A given test split is used as it is; else ``test_share`` of every class is held out, and equal
    images stay on one side: equal pixels, or equal files if they stay on disk. Without
    ``test_share`` equally many images of every class are tested. ``stream`` is one of `STREAM`;
    ``crops`` `RESIZED` cuts training images from their files anew, which needs them on disk.
    """
    if kind := packed_kind(path):
        _check_stream(stream, f"images in {kind}")
        found = list_packed(kind, path, progress)
        targets, names, notes = found.targets, found.class_names, found.notes
        inputs, split = streamed(found, size, crops, test_share, seed, progress)
    else:
        source: Source = FolderSource(path, LOCAL_FILES) if path.is_dir() else ZipSource(path)
        try:
            layout = arrange(source.files)
            targets, names, notes = layout.targets, layout.class_names, source.notes
            if _stays_on_disk(stream, crops, len(targets) * size * size * 3):
                listing = list_files(path, layout, source)
                inputs, split = streamed(listing, size, crops, test_share, seed, progress)
            else:
                inputs, good = _decoded(source, layout.files, size, progress)
                split = split_images(
                    targets, layout.is_test, good, lambda rows: equal_samples(inputs[rows]),
                    names, test_share, seed,
                )  # fmt: skip
        finally:
            source.close()
    train, test, said = split
    available = np.bincount(targets[train], minlength=len(names))
    if limit_per_class:
        available = np.minimum(available, limit_per_class)
    return assemble(
        config,
        seed,
        kind="images",
        pool=(rows_of(inputs, train), targets[train]),
        test=(rows_of(inputs, test), targets[test]),
        counts=counts_within(available, config.imbalance_factor, config.profile),
        class_names=names,
        augment=augment,
        notes=(*notes, *said),
    )


def _stays_on_disk(stream: str, crops: str, decoded_bytes: int) -> bool:
    if crops == RESIZED:
        _check_stream(stream, f"crops {RESIZED!r}")
        return True
    if stream == NEVER and decoded_bytes > MAX_DECODED_BYTES:
        raise DataError(
            f"Expected images of at most {MAX_DECODED_BYTES / 2**30:g} GB when decoded, but got "
            f"{decoded_bytes / 2**30:.1f} GB. Leave `stream` on {AUTO}, choose a smaller size, or "
            "keep fewer images."
        )
    return stream == ALWAYS or decoded_bytes > MAX_DECODED_BYTES


def _check_stream(stream: str, what: str) -> None:
    if stream == NEVER:
        raise ConfigError(
            f"Expected `stream` to be {AUTO} or {ALWAYS} for {what}, which are read from the files "
            f"during the training, but got {stream!r}."
        )


def _decoded(
    source: Source, files: list[Parts], size: int, progress: Progress | None
) -> tuple[Array, Array]:
    """All images and which could be decoded, from the cache if this content was decoded before."""
    cached = cache_root() / "images" / f"{source.key}-{size}-{RULES}.npz"
    arrays = load_arrays(cached)
    if arrays is not None and arrays["images"].shape == (len(files), size, size, 3):
        return arrays["images"], arrays["good"]

    def report(share: float) -> None:
        if progress:
            progress(f"Decoding {len(files):,} images", share)

    report(0.0)
    images, good = decode_all(files, source.read, size, report)
    if good.any():
        save_arrays(cached, {"images": images, "good": good})
    return images, good
