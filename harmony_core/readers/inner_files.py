"""A first look at the files inside a folder or a ZIP, to tell its format.

Nothing is trusted here and nothing is kept: whoever reads the files checks them itself.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path


def peek_folder(root: Path, paths: Sequence[Path], most: int) -> list[bytes]:
    """The first bytes of files of a folder; empty for one that is unreadable or elsewhere."""
    inside = root.resolve()
    found: list[bytes] = []
    for path in paths:
        try:
            if not path.is_file() or not path.resolve().is_relative_to(inside):
                raise OSError("not a file of this folder")
            with open(path, "rb") as file:
                found.append(file.read(most))
        except OSError:
            found.append(b"")
    return found


def peek_zip(path: Path, positions: Sequence[int], most: int) -> list[bytes]:
    """The first bytes of entries of a ZIP by their positions; empty for what is unreadable."""
    if not positions:
        return []
    found: list[bytes] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for position in positions:
                try:
                    with archive.open(entries[position]) as file:
                        found.append(file.read(most))
                except _DAMAGED:
                    found.append(b"")
    except _DAMAGED:
        return [b""] * len(positions)
    return found


_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, IndexError,
)  # fmt: skip
