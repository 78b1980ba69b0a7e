"""How many bytes a folder takes; one in which nothing has changed is not counted again."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

SETTLED = 2 * 10**9
"""Nanoseconds without a change after which a size is remembered: file times are coarse."""
MOST_KNOWN = 50_000
Times = dict[Path, int]
_known: dict[Path, tuple[Times, int]] = {}


def folder_size(folder: Path) -> int:
    """Bytes of all files below ``folder``.

    Every file of an experiment is moved into place when it is whole, which changes the time of the
    folder that holds it: as long as no folder has a new time, the size is the one counted before.
    """
    known = _known.get(folder)
    if known is not None:
        times, size = known
        if all(_changed(path) == changed for path, changed in times.items()):
            return size
        _known.pop(folder, None)
    times, size = _count(folder)
    if max(times.values()) < time.time_ns() - SETTLED:
        while len(_known) >= MOST_KNOWN:
            _known.pop(next(iter(_known)), None)
        _known[folder] = times, size
    return size


def _count(folder: Path) -> tuple[Times, int]:
    times, size = {folder: _changed(folder)}, 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # it may have been removed meanwhile
                if entry.is_dir(follow_symlinks=False):
                    inner, more = _count(Path(entry.path))
                    times |= inner
                    size += more
                else:
                    size += entry.stat().st_size
    return times, size


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return -1
