"""A user's images, from a folder or a ZIP.

``train/<class>/*`` with ``test/<class>/*``, or ``<class>/*`` alone, of which a share of every class
is held out for the test. Images become RGB squares.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..errors import DataError
from ..readers.images.archives import ZipSource
from ..readers.images.decode import decode_all
from ..readers.images.folders import FolderSource
from ..readers.images.layout import Layout, Parts, arrange
from ..readers.messages import listing
from .assemble import assemble
from .cache import cache_root, load_arrays, save_arrays
from .copies import equal_samples
from .dataset import LongTailedDataset
from .holdout import given_notes, holdout_notes, share_of, stratified_holdout
from .long_tail import counts_within
from .randomness import generator
from .spec import Progress
from .split import balanced_holdout, cut_to_balance, require_every_class
from .uploads import resolve_source

MAX_UNREADABLE = 0.2
MAX_DECODED_BYTES = 3 * 2**30
RULES = 1
"""Raised when the same file would be decoded differently, so that no old cache is used."""


class Source(Protocol):
    """A folder or an archive."""

    title: str
    key: str
    files: list[Parts]
    notes: tuple[str, ...]

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
) -> LongTailedDataset:
    """A data set from a folder or ZIP; ``limit_per_class`` 0 keeps all training images.

    A given test split is used as it is; else ``test_share`` of every class is held out, and images
    with equal pixels stay on one side. Without ``test_share`` equally many images of every class
    are tested.
    """
    source: Source = FolderSource(path) if path.is_dir() else ZipSource(path)
    try:
        layout = arrange(source.files)
        names = layout.class_names
        inputs, good = _decoded(source, layout, size, progress)
    finally:
        source.close()
    targets = np.array([c for _, c in (*layout.train, *layout.test)], dtype=np.int64)
    is_test = np.arange(len(targets)) >= len(layout.train)
    notes = (*source.notes, *_skipped(targets, is_test, good, names))
    if test_share is None:
        train, test, said = _equal_classes(targets, is_test, good, names, seed)
    else:
        train, test, said = _held_out(inputs, targets, is_test, good, names, test_share, seed)
    notes += said
    available = np.bincount(targets[train], minlength=len(names))
    if limit_per_class:
        available = np.minimum(available, limit_per_class)
    return assemble(
        config,
        seed,
        kind="images",
        pool=(inputs[train], targets[train]),
        test=(inputs[test], targets[test]),
        counts=counts_within(available, config.imbalance_factor, config.profile),
        class_names=names,
        augment=augment,
        notes=notes,
    )


Split = tuple[Array, Array, tuple[str, ...]]
"""Rows to train and to test on, and what to say of them."""


def _held_out(
    inputs: Array,
    targets: Array,
    is_test: Array,
    good: Array,
    names: tuple[str, ...],
    share: float,
    seed: int,
) -> Split:
    usable = np.flatnonzero(good)
    codes, given, copies = targets[usable], is_test[usable], equal_samples(inputs[usable])
    if given.any():
        notes = given_notes(codes, copies, given, names, "images")
        return usable[~given], usable[given], notes
    rng = generator(seed, "test")
    train, test = stratified_holdout(codes, copies, len(names), share, rng)
    notes = holdout_notes(codes, copies, test, names, share, "images")
    return usable[train], usable[test], notes


def _equal_classes(
    targets: Array, is_test: Array, good: Array, names: tuple[str, ...], seed: int
) -> Split:
    """Equally many test images of every class, as up to config format 2."""
    rng = generator(seed, "test")
    if is_test.any():
        require_every_class(targets[is_test], names, "image")
        test = np.flatnonzero(is_test & good)
        rows, cut = cut_to_balance(targets[test], len(names), "images", rng)
        return np.flatnonzero(~is_test & good), test[rows], cut
    usable = np.flatnonzero(good)
    train, test = (usable[rows] for rows in balanced_holdout(targets[usable], names, rng))
    note = (
        f"No test split was given: {len(test) // len(names)} images of every class (a third of "
        "the smallest class, 100 at most) were set aside at random."
    )
    return train, test, (note,)


def _decoded(
    source: Source, layout: Layout, size: int, progress: Progress | None
) -> tuple[Array, Array]:
    """All images and which could be decoded, from the cache if this content was decoded before."""
    files = [parts for parts, _ in (*layout.train, *layout.test)]
    needed = len(files) * size * size * 3
    if needed > MAX_DECODED_BYTES:
        raise DataError(
            f"Expected images of at most {MAX_DECODED_BYTES / 2**30:g} GB when decoded, but got "
            f"{needed / 2**30:.1f} GB. Choose a smaller size than {size} or keep fewer images."
        )
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


def _skipped(
    targets: Array, is_test: Array, good: Array, names: tuple[str, ...]
) -> tuple[str, ...]:
    """What to say of images that were skipped; raises `DataError` if they are too many."""
    if good.all():
        return ()
    bad = np.bincount(targets[~good], minlength=len(names))
    worst = [f"{names[c]} ({bad[c]})" for c in np.argsort(-bad, kind="stable") if bad[c]]
    if bad.sum() > MAX_UNREADABLE * len(good):
        raise DataError(
            f"Expected at least {1 - MAX_UNREADABLE:.0%} of the images to be readable, but got "
            f"{bad.sum():,} of {len(good):,} that are not: {listing(worst)}. Check the files."
        )
    for split, rows in (("training", ~is_test), ("test", is_test)):
        had = np.bincount(targets[rows], minlength=len(names))
        left = np.bincount(targets[rows & good], minlength=len(names))
        lost = [names[c] for c in np.flatnonzero((had > 0) & (left == 0))]
        if lost:
            raise DataError(
                f"Expected every class to have a readable {split} image, but got none of: "
                f"{listing(lost)}. Replace the files or remove the class."
            )
    return (f"Skipped {bad.sum():,} images that could not be decoded: {listing(worst, 10)}.",)
