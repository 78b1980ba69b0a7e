"""Files written under a temporary name, then moved into place.

    write_atomically(path, b"...")           bytes
    write_atomically(path, write)            what ``write(file)`` writes, if it is large
    write_npz(path, parts), read_npz(path)   JSON-ready fields and arrays as one ``.npz``

A reader sees the old file or the new one, never half a file.
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

from .arrays import Array
from .errors import HarmonyError, RunError

Part = tuple[dict[str, Any], dict[str, Array]]
"""JSON-ready fields and arrays, by name."""
TEMPORARY = ".*.tmp"
"""Pattern of temporary names; only a killed process leaves such a file behind."""
FREE_SOME_SPACE = "Free some space or choose another runs folder, then resume."
RECORD = "__record__"
MAX_RECORD_BYTES = 2**30
"""NumPy's own limit is twice as high."""
MAX_HEADER_CHARACTERS = 2**20
"""How long NumPy's description of a record may be."""


def write_atomically(
    path: Path,
    content: bytes | Callable[[IO[bytes]], object],
    *,
    parents: bool = False,
    durable: bool = False,
    error: type[HarmonyError] = RunError,
    advice: str = FREE_SOME_SPACE,
) -> None:
    """Write bytes, or what ``content(file)`` writes, to a temporary file that becomes ``path``.

    ``parents``: create missing folders. ``durable``: move the file only once it is on the disk, so
    that even a power cut leaves no empty file. A full disk or a read-only folder raises ``error``,
    whose message ends with ``advice``. After any error the old file is unchanged and no temporary
    file is left.
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
    """Create a folder if it does not exist, and return it; `RunError` if that is impossible.

    ``parents``: create missing folders above it too.
    """
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except OSError as problem:
        raise RunError(
            f"Expected to make the folder {folder}, "
            f"but got: {problem.strerror or problem}. {FREE_SOME_SPACE}"
        ) from problem
    return folder


def write_npz(path: Path, parts: list[Part]) -> None:
    """Write JSON-ready fields and arrays of several parts atomically as one ``.npz``.

    The arrays become the fields of one record: an epoch has about sixty, most of a few hundred
    bytes, and each member of an archive takes a thirtieth of a millisecond to read.
    """
    arrays: dict[str, Any] = {
        f"{i}.{name}": a for i, (_, part) in enumerate(parts) for name, a in part.items()
    }
    header = np.frombuffer(json.dumps([fields for fields, _ in parts]).encode(), dtype=np.uint8)
    if sum(array.nbytes for array in arrays.values()) <= MAX_RECORD_BYTES:
        arrays = {RECORD: _record(arrays)}
    write_atomically(path, lambda file: np.savez(file, __header__=header, **arrays))


def _record(arrays: dict[str, Any]) -> Array:
    """A record of shape () with the arrays as its fields."""
    record = np.zeros((), [(name, array.dtype, array.shape) for name, array in arrays.items()])
    for name, array in arrays.items():
        record[name] = array
    return record


def read_npz(path: Path) -> list[Part]:
    """Read what `write_npz` wrote, without unpickling; a damaged file raises `RunError`."""
    try:
        arrays = read_arrays(path)
        record = arrays.pop(RECORD, None)
        if record is not None:
            arrays |= {name: record[name].copy() for name in record.dtype.names or ()}
        header = json.loads(arrays.pop("__header__").tobytes())
        parts: list[Part] = [(dict(fields), {}) for fields in header]
        for key, array in arrays.items():
            number, name = key.split(".", 1)
            parts[int(number)][1][name] = array
        return parts
    except Exception as error:  # damage can raise almost any error in zipfile, json or NumPy
        raise RunError(
            f"Expected {path.name} to be a readable file of this experiment, but got: {error}. "
            "Delete the file, then resume or repeat the experiment."
        ) from error


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an ``.npz`` by name, without unpickling; damage raises any error of NumPy."""
    with (
        open(path, "rb") as file,
        np.load(file, allow_pickle=False, max_header_size=MAX_HEADER_CHARACTERS) as archive,
    ):
        return {name: archive[name] for name in archive.files}
