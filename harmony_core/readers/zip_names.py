"""The names inside a ZIP, to tell its format; whoever reads the archive parses it itself."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from ..errors import DataError
from . import limits
from .messages import quoted

ENTRY = b"PK\x01\x02"
"""The signature in front of each name."""
MAX_ENTRIES = 500_000


def zip_names(path: Path) -> tuple[str, ...]:
    """The names of all entries; raises `DataError` for a damaged archive or too many entries.

    Entries are counted by their signature first, as the archive's own count can be forged.
    """
    entries = 0
    tail = b""
    with open(path, "rb") as file:
        while chunk := file.read(limits.MB):
            entries += (tail + chunk).count(ENTRY)
            tail = chunk[-3:]
    if entries > MAX_ENTRIES:
        raise DataError(
            f"Expected an archive of at most {MAX_ENTRIES:,} entries, but got {entries:,}."
        )
    names = _quick_names(path)
    if names is not None:
        return tuple(names)
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as e:
        raise DataError(
            f"Expected a ZIP archive, but got: {quoted(str(e), 100)}. It may be cut off; "
            "pack or copy it again."
        ) from e


def _quick_names(path: Path) -> list[str] | None:
    """The names of a plain archive without a `ZipInfo` for each; ``None`` if it is not plain."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 22, 0))
        end = file.read()
        if len(end) != 22 or not end.startswith(b"PK\x05\x06"):
            return None
        count, length, start = struct.unpack("<HII", end[10:20])
        if count == 0xFFFF or start + length + 22 != size:
            return None
        file.seek(start)
        directory = file.read(length)
    names: list[str] = []
    at = 0
    for _ in range(count):
        if directory[at : at + 4] != ENTRY or at + 46 > length:
            return None
        lengths = struct.unpack_from("<HHH", directory, at + 28)
        names.append(directory[at + 46 : at + 46 + lengths[0]].decode("utf-8", "replace"))
        at += 46 + sum(lengths)
    return names if at == length else None
