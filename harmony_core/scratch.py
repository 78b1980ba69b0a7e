"""Temporary folders that go with their process, even when it is killed.

    with scratch_folder() as folder: ...      in the system's folder for temporary files
    own_folder(parent)                        a folder of this process in ``parent``

A process keeps a lock in its own folder for as long as it lives. The next process that makes one
beside it removes those whose lock is free.

    <temporary files>/harmony-<user>/lock           held while folders are made and removed
    <temporary files>/harmony-<user>/<id>/lock      locked by the process whose folder it is
    <temporary files>/harmony-<user>/<id>/<name>/   one scratch folder
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import BaseFileLock, FileLock, Timeout

from .files import PRIVATE_FOLDER, TEMPORARY

LOCK = "lock"
ABANDONED = 600.0
"""Seconds after which a temporary file beside another one counts as left by a killed process."""
_making = threading.Lock()
_own: dict[tuple[int, str], tuple[Path, BaseFileLock]] = {}


def own_folder(parent: Path) -> Path:
    """The folder of this process in ``parent``; `OSError` if it cannot be made.

    The first call removes those of processes that are gone.
    """
    key = (os.getpid(), str(parent.absolute()))
    with _making:
        if key not in _own or not _own[key][0].is_dir():
            parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            with FileLock(parent / LOCK, timeout=60):
                _own[key] = _made(parent)
                _remove_abandoned(parent)
            if len(_own) == 1:
                atexit.register(_remove_own)
        return _own[key][0]


def remove_abandoned(parent: Path) -> None:
    """Remove the folders in ``parent`` of processes that are gone; those without a lock stay."""
    if parent.is_dir():
        with FileLock(parent / LOCK, timeout=60):
            _remove_abandoned(parent)


def remove_scratch() -> None:
    """Remove the scratch folders of processes that are gone."""
    parent = _scratch_parent()
    if parent.is_dir() and _is_ours(parent):
        remove_abandoned(parent)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.iterdir():
        if not (folder / LOCK).is_file():
            continue
        lock = FileLock(folder / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (OSError, Timeout):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def new_scratch_folder() -> Path:
    """A new folder; whoever asks for it removes it. `OSError` if it cannot be made."""
    parent = _scratch_parent()
    with suppress(FileExistsError):
        parent.mkdir(PRIVATE_FOLDER)
    if not _is_ours(parent):  # somebody else has taken the name
        return Path(tempfile.mkdtemp(prefix="harmony-"))
    return Path(tempfile.mkdtemp(dir=own_folder(parent)))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, removed at the end."""
    folder = new_scratch_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_temporary(folder: Path, older_than: float = ABANDONED) -> None:
    """Remove temporary files of `files` in ``folder`` that nobody has written to for so long."""
    now = time.time()
    with suppress(OSError):
        for path in folder.glob(TEMPORARY):
            with suppress(OSError):
                if now - path.stat().st_mtime > older_than:
                    path.unlink()


def _made(parent: Path) -> tuple[Path, BaseFileLock]:
    folder = parent / uuid4().hex
    folder.mkdir(PRIVATE_FOLDER)
    lock = FileLock(folder / LOCK, thread_local=False)
    lock.acquire(timeout=0)
    return folder, lock


def _scratch_parent() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else ""
    return Path(tempfile.gettempdir()) / f"harmony-{user}"


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _remove_own() -> None:
    for (process, _), (folder, lock) in _own.items():
        if process == os.getpid():
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
