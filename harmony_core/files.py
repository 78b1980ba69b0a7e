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
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np

from .arrays import Array
from .errors import HarmonyError, RunError

Part = tuple[dict[str, Any], dict[str, Array]]
"""JSON-ready fields and arrays, by name."""
TEMPORARY = f".*.{8 * '[0-9a-f]'}.tmp"
"""Pattern of temporary names; only a killed process leaves such a file behind."""
FREE_SOME_SPACE = "Free some space or choose another runs folder, then resume."
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
FLUSHES = 8
"""Files flushed to the disk beside each other."""
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
    private: bool = False,
    error: type[HarmonyError] = RunError,
    advice: str = FREE_SOME_SPACE,
) -> None:
    """Write bytes, or what ``content(file)`` writes, to a temporary file that becomes ``path``.

    ``parents``: create missing folders. ``durable``: move the file only once it is on the disk, so
    that even a power cut leaves no empty file; the new name is on the disk too when this returns.
    ``private``: for its owner alone. A full disk or a read-only folder raises ``error``,
    whose message ends with ``advice``. After any error the old file is unchanged and no temporary
    file is left.
    """
    temporary = path.parent / f".{path.name}.{uuid4().hex[:8]}.tmp"
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb", opener=_private if private else None) as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
        if durable:
            sync_folder(path.parent)
    except OSError as problem:
        raise error(
            f"Expected to write {path.name} into {path.parent}, "
            f"but got: {problem.strerror or problem}. {advice}"
        ) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_files(paths: Iterable[Path]) -> None:
    """Wait until files and their names are on the disk; skips those that are gone.

    They are flushed beside each other, which lets the file system commit them together. Raises
    `RunError` if the disk refuses them.
    """
    paths = list(paths)
    if not paths:
        return
    with ThreadPoolExecutor(min(FLUSHES, len(paths))) as pool:
        list(pool.map(_sync_file, paths))
    for folder in {path.parent for path in paths}:
        sync_folder(folder)


def _sync_file(path: Path) -> None:
    try:
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise RunError(
            f"Expected {path.name} to reach the disk, but got: "
            f"{problem.strerror or problem}. {FREE_SOME_SPACE}"
        ) from problem


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def make_folder(folder: Path, *, parents: bool = False) -> Path:
    """Create a folder for its owner alone, and return it; `RunError` if that is impossible.

    ``parents``: create missing folders above it too.
    """
    try:
        folder.mkdir(PRIVATE_FOLDER, parents=parents, exist_ok=True)
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
    write_atomically(path, lambda file: np.savez(file, __header__=header, **arrays), private=True)


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
            "Resume the experiment: what is damaged is trained again."
        ) from error


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an ``.npz`` by name, without unpickling; damage raises any error of NumPy."""
    with (
        open(path, "rb") as file,
        np.load(file, allow_pickle=False, max_header_size=MAX_HEADER_CHARACTERS) as archive,
    ):
        return {name: archive[name] for name in archive.files}
