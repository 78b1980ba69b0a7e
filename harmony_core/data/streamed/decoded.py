"""The optional cache of decoded squares: one file on disk, capped in size.

Axes: n images, s side.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import IO
from uuid import uuid4

import numpy as np

from ...errors import ConfigError

DECODED_GB = 8.0
"""Decoded images that are kept at most, unless HARMONY_DECODED_GB says otherwise."""
SPARE_BYTES = 2**30
"""What the cache leaves free on the disk."""
ANEW = "so they are decoded anew in every epoch."


def decoded_limit() -> float:
    """Bytes of decoded images that may be kept: ``HARMONY_DECODED_GB``, 0 for none."""
    given = os.environ.get("HARMONY_DECODED_GB", str(DECODED_GB))
    try:
        limit = float(given)
    except ValueError:
        limit = -1.0
    if not 0 <= limit < 1e9:
        raise ConfigError(
            f"Expected HARMONY_DECODED_GB to be a number of gigabytes, but got {given!r}."
        )
    return limit * 1e9


def make_room(needed: int, folder: Path) -> str:
    """Delete old squares to make room for ``needed`` bytes; why they cannot be kept, or empty."""
    limit = decoded_limit()
    if not limit:
        return f"HARMONY_DECODED_GB is 0, {ANEW}"
    size = f"Decoded they would take {needed / 1e9:.1f} GB"
    if needed > limit:
        return f"{size}, more than the {limit / 1e9:g} GB of HARMONY_DECODED_GB, {ANEW}"
    old = sorted(folder.glob("*.squares.npy"), key=lambda file: file.stat().st_mtime)
    total = sum(file.stat().st_size for file in old)
    while old and total + needed > limit:
        total -= old[0].stat().st_size
        old.pop(0).unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        return f"{size}, but only {free / 1e9:.1f} GB are free in {folder}, {ANEW}"
    return ""


class SquaresFile:
    """A file of n squares (s, s, 3) uint8, written in order; it appears when it is complete.

    A full disk does not raise: `problem` then says so, and no file is left.
    """

    def __init__(self, path: Path, n: int, size: int) -> None:
        self.problem = ""
        self._path = path
        self._part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
        self._file: IO[bytes] | None = None
        header = {"descr": "|u1", "fortran_order": False, "shape": (n, size, size, 3)}
        try:
            self._file = self._part.open("wb")
            np.lib.format.write_array_header_1_0(self._file, header)
        except OSError as error:
            self._fail(error)

    def write(self, squares: bytes) -> None:
        """Add the next squares."""
        if self._file is not None:
            try:
                self._file.write(squares)
            except OSError as error:
                self._fail(error)

    def finish(self) -> None:
        """Move the file into place."""
        if self._file is not None:
            try:
                self._file.close()
                self._part.replace(self._path)
            except OSError as error:
                self._fail(error)

    def drop(self) -> None:
        """Delete what is not in place."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _fail(self, error: OSError) -> None:
        self.problem = f"Decoded images could not be kept ({error.strerror or error}), {ANEW}"
        self.drop()
        self._file = None
