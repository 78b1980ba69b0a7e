"""Many paths of files in little memory: the folder once, the names below it as bytes.

Axes: n files, f folders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np

from ...arrays import Array
from .layout import Parts

WASTE = 2
"""Names are kept in a table of bytes as long as this takes at most so many times their length."""


class PathList(Sequence[Parts]):
    """A sequence of paths, given by runs of files that lie in one folder.

    >>> files = PathList()
    >>> files.add(("cat",), ["1.jpg", "2.jpg"])
    >>> len(files), files[1], list(files)[0]
    (2, ('cat', '2.jpg'), ('cat', '1.jpg'))
    """

    def __init__(self) -> None:
        self._folders: list[Parts] = []
        self._names: list[Array | list[str]] = []
        self._starts = [0]

    def add(self, folder: Parts, names: list[str]) -> None:
        """Append the files ``names`` of a folder."""
        if names:
            self._folders.append(folder)
            self._names.append(_packed(names))
            self._starts.append(self._starts[-1] + len(names))

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, at: int) -> Parts: ...
    @overload
    def __getitem__(self, at: slice) -> list[Parts]: ...
    def __getitem__(self, at: int | slice) -> Parts | list[Parts]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        at = int(at)
        at += len(self) if at < 0 else 0
        if not 0 <= at < len(self):
            raise IndexError(f"no path {at} of {len(self)}")
        run = bisect_right(self._starts, at) - 1
        return (*self._folders[run], _text(self._names[run][at - self._starts[run]]))

    def __iter__(self) -> Iterator[Parts]:
        for folder, names in zip(self._folders, self._names, strict=True):
            for name in names:
                yield (*folder, _text(name))

    def by_folder(self) -> tuple[list[Parts], Array]:
        """The different folders (f,) and the place among them of each file, (n,) int32."""
        known: dict[Parts, int] = {}
        runs = [known.setdefault(folder, len(known)) for folder in self._folders]
        sizes = [stop - start for start, stop in pairwise(self._starts)]
        return list(known), np.repeat(np.array(runs, dtype=np.int32), sizes)


def by_folder(files: Sequence[Parts]) -> tuple[list[Parts], Array]:
    """`PathList.by_folder` of any paths."""
    if isinstance(files, PathList):
        return files.by_folder()
    known: dict[Parts, int] = {}
    place = [known.setdefault(parts[:-1], len(known)) for parts in files]
    return list(known), np.array(place, dtype=np.int32)


def _packed(names: list[str]) -> Array | list[str]:
    encoded = [name.encode() for name in names]
    longest, total = max(map(len, encoded)), sum(map(len, encoded))
    return np.array(encoded) if longest * len(names) <= WASTE * total else names


def _text(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode()
