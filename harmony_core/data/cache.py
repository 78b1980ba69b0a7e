"""Where downloaded and decoded data is kept between runs."""

from __future__ import annotations

import contextlib
import os
import time
import zipfile
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

Array = NDArray[Any]
KEPT_BYTES = 4 * 2**30
"""Decoded arrays above this total are dropped, longest unused first."""


def cache_root() -> Path:
    """The folder named by ``HARMONY_DATA``, else ``~/.cache/harmony/data``."""
    chosen = os.environ.get("HARMONY_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "harmony" / "data"


def write_atomic(path: Path, write: Any) -> None:
    """Call ``write(file)`` on a temporary file next to ``path``, then move it into place."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(part, "wb") as file:
                write(file)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"Expected to be able to write {path}, but got: {error}. Free some space, or choose "
            "another folder with the environment variable HARMONY_DATA."
        ) from error


def load_arrays(path: Path) -> dict[str, Array] | None:
    """The arrays of a cache file, or ``None`` if there is none that can be read."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        os.utime(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return arrays


def save_arrays(path: Path, arrays: dict[str, Array]) -> None:
    """Keep arrays for `load_arrays`; a cache that cannot be written is no reason to stop."""

    def write(file: IO[bytes]) -> None:
        np.savez(file, **arrays)  # type: ignore[arg-type]

    with contextlib.suppress(DataError):
        write_atomic(path, write)
        _drop_unused(path.parent)


def _drop_unused(folder: Path) -> None:
    """Keep the most recently used ``.npz`` files of a folder, and no leftovers of a day ago."""
    total = 0
    with contextlib.suppress(OSError):
        files = [(file.stat().st_mtime, file) for file in folder.glob("*.npz")]
        for _, file in sorted(files, reverse=True):
            total += file.stat().st_size
            if total > KEPT_BYTES:
                file.unlink(missing_ok=True)
        for file in folder.glob(".*.part"):
            if time.time() - file.stat().st_mtime > 86_400:
                file.unlink(missing_ok=True)
