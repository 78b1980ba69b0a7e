"""Which class and split a file of a folder or archive belongs to.

Accepted are ``train/<class>/*`` with ``test/<class>/*``, or ``<class>/*`` alone, each with or
without one folder around it. A path here is a tuple of its parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ..messages import listing

Parts = tuple[str, ...]
SPLITS = ("train", "test")
MAX_CLASSES = 10_000
IMAGE_SUFFIXES = frozenset(
    (
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff",
        ".ppm", ".pgm", ".pnm", ".avif", ".heic", ".heif",
    )
)  # fmt: skip
SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini"))
EXPECTED = "train/<class>/<image> and test/<class>/<image>, or <class>/<image>"


@dataclass(frozen=True)
class Layout:
    """Files with their class, by split; ``test`` is empty where no test split is given.

    A test split may lack classes.
    """

    class_names: tuple[str, ...]
    train: tuple[tuple[Parts, int], ...]
    test: tuple[tuple[Parts, int], ...]

    @property
    def files(self) -> list[Parts]:
        """All n files, those to train on first."""
        return [parts for parts, _ in (*self.train, *self.test)]

    @property
    def targets(self) -> Array:
        """(n,) int64: their classes."""
        return np.array([c for _, c in (*self.train, *self.test)], dtype=np.int64)

    @property
    def is_test(self) -> Array:
        """(n,) bool: those of the given test split."""
        return np.arange(len(self.train) + len(self.test)) >= len(self.train)


def is_system_file(parts: Parts) -> bool:
    """Whether a file is one that operating systems create, not a part of the data."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return hidden or parts[-1].lower() in SYSTEM_FILES


def suffix_of(name: str) -> str:
    """The ending of a file's name with its dot, in lower case."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def left_out(title: str, ignored: Counter[str]) -> tuple[str, ...]:
    """One sentence on the unused files, or none."""
    if not ignored:
        return ()
    kinds = ", ".join(f"{what} ({n})" for what, n in sorted(ignored.items()))
    return (f"Left out of {title}: {kinds}.",)


def arrange(files: Sequence[Parts]) -> Layout:
    """The layout of image files; raises `DataError` that names what does not fit."""
    if not files:
        raise DataError(
            f"Expected images as {EXPECTED}, but got none. Images end in "
            f"{', '.join(sorted(IMAGE_SUFFIXES))}."
        )
    skip = _wrapped(files)
    tops = {parts[skip].lower() for parts in files if len(parts) > skip + 1}
    split = "train" in tops and all(len(parts) > skip + 2 for parts in files)
    if split and not tops <= set(SPLITS):
        others = sorted(tops - set(SPLITS))
        raise DataError(
            f"Expected the folders train and test side by side, but got also: {listing(others)}. "
            "Remove or rename them."
        )
    found: dict[str, list[tuple[Parts, str]]] = {name: [] for name in SPLITS}
    for parts in sorted(files):
        if len(parts) != skip + (3 if split else 2):
            raise DataError(
                f"Expected images as {EXPECTED}, but got {'/'.join(parts)!r}. "
                "Put every image directly into the folder of its class."
            )
        found[parts[skip].lower() if split else "train"].append((parts, parts[-2]))
    names = {which: {name for _, name in found[which]} for which in SPLITS}
    _check_classes(names["train"], names["test"])
    class_names = tuple(sorted(names["train"]))
    position = {name: c for c, name in enumerate(class_names)}
    train, test = (
        tuple((parts, position[name]) for parts, name in found[which]) for which in SPLITS
    )
    return Layout(class_names, train, test)


def _wrapped(files: Sequence[Parts]) -> int:
    """1 if a single folder holds everything, else 0."""
    same = len({parts[0] for parts in files}) == 1 and files[0][0].lower() not in SPLITS
    return int(same and all(len(parts) >= 3 for parts in files))


def _check_classes(train: set[str], test: set[str]) -> None:
    if not 2 <= len(train) <= MAX_CLASSES:
        raise DataError(
            f"Expected 2 to {MAX_CLASSES} classes, one folder each, but got {len(train)}: "
            f"{listing(sorted(train))}. The folders have to be {EXPECTED}."
        )
    if test - train:
        raise DataError(
            "Expected every class to have a training image, but got none of: "
            f"{listing(sorted(test - train))}. Remove the class or add images of it."
        )
