"""CIFAR-10-LT and CIFAR-100-LT: the field's benchmark (Krizhevsky 2009; Cao et al. 2019).

The binary archives are used, as the others are pickles. What is read from them is kept in the
cache; only the long tail is drawn with the data seed. The test set is the official one, which is
balanced.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from zipfile import is_zipfile

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..errors import DataError
from .assemble import assemble
from .cache import cache_root, load_arrays, save_arrays
from .dataset import LongTailedDataset
from .download import fetch, matches
from .images import load_images
from .long_tail import counts_within
from .spec import Progress
from .uploads import resolve_source

PIXELS = 32 * 32 * 3
TEXT_BYTES = 100_000


@dataclass(frozen=True)
class Archive:
    """One archive: where it comes from, and the layout of its records.

    A record is ``labels`` bytes, the last of which is the class, then a red, green and blue plane.
    """

    title: str
    url: str
    md5: str
    size: int
    folder: str
    train: tuple[str, ...]
    test: str
    names: str
    classes: int
    labels: int
    train_size: int
    test_size: int

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[-1]


ARCHIVES = {
    "cifar10-lt": Archive(
        title="CIFAR-10",
        url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        md5="c32a1d4ab5d03f1284b67883e8d87530",
        size=170_052_171,
        folder="cifar-10-batches-bin",
        train=tuple(f"data_batch_{i}.bin" for i in range(1, 6)),
        test="test_batch.bin",
        names="batches.meta.txt",
        classes=10,
        labels=1,
        train_size=50_000,
        test_size=10_000,
    ),
    "cifar100-lt": Archive(
        title="CIFAR-100",
        url="https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
        md5="03b5dce01913d631647c71ecec9e9cb8",
        size=168_513_733,
        folder="cifar-100-binary",
        train=("train.bin",),
        test="test.bin",
        names="fine_label_names.txt",
        classes=100,
        labels=2,
        train_size=50_000,
        test_size=10_000,
    ),
}


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """The long tail of CIFAR, from the cache, the given archive, or the network."""
    source = str(config.params["archive"])
    path = resolve_source(source) if source else None
    archive = ARCHIVES[config.name]
    if path is not None and (path.is_dir() or is_zipfile(path)):
        dataset = load_images(config, seed, path, size=32, progress=progress)
        if len(dataset.class_names) != archive.classes:
            raise DataError(
                f"Expected the {archive.classes} classes of {archive.title} in {path.name}, "
                f"but got {len(dataset.class_names)}. Use the data set `images` for other images."
            )
        return dataset
    arrays = _arrays(archive, path, progress)
    names = tuple(str(name) for name in arrays["names"])
    available = np.bincount(arrays["train_targets"], minlength=len(names))
    return assemble(
        config,
        seed,
        kind="images",
        pool=(arrays["train_inputs"], arrays["train_targets"]),
        test=(arrays["test_inputs"], arrays["test_targets"]),
        counts=counts_within(available, config.imbalance_factor, config.profile),
        class_names=names,
        augment=True,
    )


def _arrays(archive: Archive, path: Path | None, progress: Progress | None) -> dict[str, Array]:
    """All images and labels of an archive, as arrays kept in the cache."""
    cached = cache_root() / f"{archive.md5}.npz"
    if path is not None and not matches(path, archive.md5):
        raise DataError(
            f"Expected {path.name} to be {archive.file} (md5 {archive.md5}), but got another or a "
            f"damaged file. Get it from {archive.url}."
        )
    arrays = load_arrays(cached)
    if arrays is not None:
        return arrays
    if path is None:
        path = fetch(archive.url, archive.md5, archive.size, archive.title, progress)
    if progress:
        progress(f"Reading {archive.title}", None)
    arrays = read_archive(path, archive)
    save_arrays(cached, arrays)
    return arrays


def read_archive(path: Path, archive: Archive) -> dict[str, Array]:
    """Images uint8 (n, 32, 32, 3), targets int64 (n,) and class names of a tar archive."""
    record = archive.labels + PIXELS
    try:
        with tarfile.open(path, "r:*") as tar:
            text = _member(tar, f"{archive.folder}/{archive.names}", TEXT_BYTES).decode("utf-8")
            largest = record * archive.train_size
            parts = [_member(tar, f"{archive.folder}/{name}", largest) for name in archive.train]
            splits = {
                "train": (b"".join(parts), archive.train_size),
                "test": (
                    _member(tar, f"{archive.folder}/{archive.test}", largest),
                    archive.test_size,
                ),
            }
    except (tarfile.TarError, OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(
            f"Expected {path.name} to be the archive {archive.file}, but got: {error}. "
            f"Get it again from {archive.url}."
        ) from error
    names = [line.strip() for line in text.splitlines() if line.strip()][: archive.classes]
    arrays: dict[str, Array] = {"names": np.array(names)}
    for split, (content, n) in splits.items():
        if len(content) != n * record:
            raise DataError(
                f"Expected {n} {split} images in {path.name}, but got {len(content) / record:g}. "
                f"Get it again from {archive.url}."
            )
        rows = np.frombuffer(content, dtype=np.uint8).reshape(n, record)
        planes = rows[:, archive.labels :].reshape(n, 3, 32, 32)
        arrays[f"{split}_inputs"] = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        arrays[f"{split}_targets"] = rows[:, archive.labels - 1].astype(np.int64)
    return arrays


def _member(tar: tarfile.TarFile, name: str, most: int) -> bytes:
    """The content of one file of the archive, read in memory and never written to disk."""
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise tarfile.TarError(f"there is no file {name} in it")
    with file:
        content = file.read(most + 1)
    if len(content) > most:
        raise tarfile.TarError(f"{name} is larger than it can be")
    return content
