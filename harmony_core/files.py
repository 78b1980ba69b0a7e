"""Files that are written whole: under a temporary name, then moved into place.

    write_atomically(path, b"...")           bytes
    write_atomically(path, write)            what ``write(file)`` writes, for what is large
    write_npz(path, parts), read_npz(path)   JSON-ready fields and arrays as one ``.npz``

A reader sees the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from .errors import HarmonyError, RunError

Array = NDArray[Any]
Part = tuple[dict[str, Any], dict[str, Array]]
"""JSON-ready fields and arrays, by name."""
TEMPORARY = ".*.tmp"
"""Pattern of the temporary names; only a process that was killed leaves such a file behind."""
ROOM = "Free some space or choose another runs folder, then resume."
RECORD = "__record__"
MOST_IN_RECORD = 2**30
"""Bytes; NumPy's records end at twice as many."""
MOST_HEADER = 2**20
"""Characters that NumPy may read to learn what a record holds."""


def write_atomically(
    path: Path,
    content: bytes | Callable[[IO[bytes]], object],
    *,
    parents: bool = False,
    durable: bool = False,
    error: type[HarmonyError] = RunError,
    advice: str = ROOM,
) -> None:
    """Write bytes, or what ``content(file)`` writes, to a temporary file that becomes ``path``.

    ``parents``: make missing folders first. ``durable``: move the file only once it is on the disk,
    so that not even a power cut leaves an empty one. A full disk or an unwritable folder raises
    ``error``, whose message ends with ``advice``. Whatever goes wrong, the old file stays as it was
    and no temporary file is left behind.
    """
    temporary = path.parent / f".{path.name}.{uuid4().hex[:8]}.tmp"
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as problem:
        raise error(
            f"Expected to write {path.name} into {path.parent}, "
            f"but got: {problem.strerror or problem}. {advice}"
        ) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path, *, parents: bool = False) -> Path:
    """The folder, made if it is not there; a full or unwritable disk raises `RunError`.

    ``parents``: make missing folders above it too.
    """
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except OSError as problem:
        raise RunError(
            f"Expected to make the folder {folder}, but got: {problem.strerror or problem}. {ROOM}"
        ) from problem
    return folder


def write_npz(path: Path, parts: list[Part]) -> None:
    """Write JSON-ready fields and arrays of several parts as one ``.npz``, atomically.

    The arrays become the fields of one record: an epoch has some sixty, most of a few hundred
    bytes, and each member of an archive costs a reader a thirtieth of a millisecond.
    """
    arrays: dict[str, Any] = {
        f"{i}.{name}": a for i, (_, part) in enumerate(parts) for name, a in part.items()
    }
    header = np.frombuffer(json.dumps([plain for plain, _ in parts]).encode(), dtype=np.uint8)
    if sum(array.nbytes for array in arrays.values()) <= MOST_IN_RECORD:
        arrays = {RECORD: _record(arrays)}
    write_atomically(path, lambda file: np.savez(file, __header__=header, **arrays))


def _record(arrays: dict[str, Any]) -> Array:
    """Arrays as the fields of one record (): their bytes one after the other."""
    record = np.zeros((), [(name, array.dtype, array.shape) for name, array in arrays.items()])
    for name, array in arrays.items():
        record[name] = array
    return record


def read_npz(path: Path) -> list[Part]:
    """Read what `write_npz` wrote, never unpickling; damage raises `RunError`."""
    try:
        arrays = read_arrays(path)
        record = arrays.pop(RECORD, None)
        if record is not None:
            arrays |= {name: record[name].copy() for name in record.dtype.names or ()}
        header = json.loads(arrays.pop("__header__").tobytes())
        parts: list[Part] = [(dict(plain), {}) for plain in header]
        for key, array in arrays.items():
            number, name = key.split(".", 1)
            parts[int(number)][1][name] = array
        return parts
    except Exception as error:  # damage can surface as almost any error of zipfile, json or NumPy
        raise RunError(
            f"Expected {path.name} to be a readable file of this experiment, but got: {error}. "
            "Delete the file, then resume or repeat the experiment."
        ) from error


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an ``.npz`` by name, never unpickled; damage raises whatever NumPy raises."""
    with (
        open(path, "rb") as file,
        np.load(file, allow_pickle=False, max_header_size=MOST_HEADER) as archive,
    ):
        return {name: archive[name] for name in archive.files}
