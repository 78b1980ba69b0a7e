"""Where downloaded and decoded data is kept between runs."""

from __future__ import annotations

import contextlib
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..files import read_arrays, write_atomically
from ..scratch import remove_temporary

KEPT_BYTES = 4 * 2**30
"""Decoded arrays above this total are dropped, longest unused first."""
ADVICE = "Free some space, or choose another folder with the environment variable HARMONY_DATA."
OLD_TEMPORARY = ".*.part"
"""Pattern of the temporary names up to version 0.1.0."""


def cache_root() -> Path:
    """The folder named by ``HARMONY_DATA``, else ``~/.cache/harmony/data``."""
    chosen = os.environ.get("HARMONY_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "harmony" / "data"


def keep(path: Path, content: bytes | Callable[[IO[bytes]], object]) -> None:
    """Write a file of the cache, and the folders above it; `DataError` where that fails.

    What killed processes have left in its folder goes.
    """
    write_atomically(path, content, parents=True, error=DataError, advice=ADVICE)
    remove_temporary(path.parent)


def load_arrays(path: Path) -> dict[str, Array] | None:
    """The arrays of a cache file, or ``None`` if there is none that can be read."""
    try:
        arrays = read_arrays(path)
        os.utime(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return arrays


def save_arrays(path: Path, arrays: dict[str, Array]) -> None:
    """Keep arrays for `load_arrays`; a cache that cannot be written is no reason to stop."""
    columns: dict[str, Any] = dict(arrays)
    with contextlib.suppress(DataError):
        keep(path, lambda file: np.savez(file, **columns))
        _drop_unused(path.parent)


def drop_decoded(key: str) -> None:
    """Delete what was decoded and found out of the images with this key, in any size."""
    for file in (cache_root() / "images").glob(f"{key}-*"):
        file.unlink(missing_ok=True)


def _drop_unused(folder: Path) -> None:
    """Keep the most recently used ``.npz`` files of a folder, and no leftovers of version 0.1.0."""
    total = 0
    with contextlib.suppress(OSError):
        files = [(file.stat().st_mtime, file) for file in folder.glob("*.npz")]
        for _, file in sorted(files, reverse=True):
            total += file.stat().st_size
            if total > KEPT_BYTES:
                file.unlink(missing_ok=True)
        for file in folder.glob(OLD_TEMPORARY):
            if time.time() - file.stat().st_mtime > 86_400:
                file.unlink(missing_ok=True)
