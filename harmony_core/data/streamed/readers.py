"""The bytes of the i-th image of a set, from any process.

A reader is sent to worker processes, so it holds packed arrays and no open file; each process opens
files of its own. ``read`` raises `OSError` for what cannot be read.
"""

from __future__ import annotations

import os
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from ...arrays import Array
from ...readers.images.archives import MAX_FILE_BYTES


class ImageReader(Protocol):
    """n images by position."""

    def __len__(self) -> int: ...

    def name(self, i: int) -> str:
        """What a message calls the i-th image."""
        ...

    def read(self, i: int) -> bytes:
        """Its content, as it is in the file."""
        ...


class PackedTexts:
    """Texts in one block of bytes: a list of them takes some 100 bytes more for each."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = [text.encode("utf-8", "surrogateescape") for text in texts]
        self._bytes = b"".join(parts)
        self._ends = np.cumsum([0, *map(len, parts)], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, i: int) -> str:
        part = self._bytes[self._ends[i] : self._ends[i + 1]]
        return part.decode("utf-8", "surrogateescape")


class FolderReader:
    """Files below a folder, by their paths in it."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        self._root, self._paths = root, PackedTexts(paths)

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, i: int) -> str:
        return self._paths[i]

    def read(self, i: int) -> bytes:
        with (self._root / self._paths[i]).open("rb") as file:
            return limited(file, MAX_FILE_BYTES)


class ZipReader:
    """Entries of a ZIP that has been checked, by name."""

    def __init__(self, path: Path, names: Iterable[str]) -> None:
        self._path, self._names = path, PackedTexts(names)
        self._own = PerProcess()

    def __len__(self) -> int:
        return len(self._names)

    def name(self, i: int) -> str:
        return self._names[i]

    def read(self, i: int) -> bytes:
        archive = self._own.get(lambda: zipfile.ZipFile(self._path))
        try:
            with archive.open(self._names[i]) as file:
                return limited(file, MAX_FILE_BYTES)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError) as error:
            raise OSError(str(error)) from error


class SliceReader:
    """Images that are stretches of a few large files, such as the members of tar shards.

    ``file`` (n,) is the position of each image's file in ``paths``; ``start`` and ``size`` (n,) are
    in bytes.
    """

    def __init__(
        self, paths: list[Path], file: Array, start: Array, size: Array, names: Iterable[str]
    ) -> None:
        self._paths, self._file = paths, file.astype(np.int32)
        self._start, self._size = start.astype(np.int64), size.astype(np.int64)
        self._names = PackedTexts(names)

    def __len__(self) -> int:
        return len(self._file)

    def name(self, i: int) -> str:
        return f"{self._paths[self._file[i]].name}/{self._names[i]}"

    def read(self, i: int) -> bytes:
        number, size = int(self._file[i]), int(self._size[i])
        if size > MAX_FILE_BYTES:
            raise OSError(f"larger than {MAX_FILE_BYTES >> 20} MB")
        with self._paths[number].open("rb") as file:
            file.seek(int(self._start[i]))
            content = file.read(size)
        if len(content) < size:
            raise OSError("the file ends before the image does")
        return content


class PerProcess:
    """What each process opens for itself; nothing of it is sent to another process."""

    def __init__(self) -> None:
        self._pid, self._open = 0, None
        self._lock = threading.Lock()

    def get(self, make: Callable[[], Any]) -> Any:
        """What this process has opened, by ``make`` at the first call."""
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self._open = os.getpid(), make()
            return self._open

    def __reduce__(self) -> tuple[type[PerProcess], tuple[()]]:
        return (PerProcess, ())


def limited(file: IO[bytes], most: int) -> bytes:
    """What is left of a file; `OSError` if it is more than ``most`` bytes."""
    content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"larger than {most >> 20} MB")
    return content
