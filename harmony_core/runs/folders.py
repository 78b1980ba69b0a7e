"""The folders of experiments on disk, their locks and their stop files; `RunStore` builds on it."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from ..errors import RunError
from ..files import TEMPORARY, make_folder, write_atomically
from ..scratch import ABANDONED, remove_temporary
from .folder_size import folder_size

CONFIG_FILE = "config.json"
OWNER_FILE = "owner"
CLASS_FILE = "class"
PIN_FILE = "pinned"
RESERVE = "reserve"
RESERVED_BYTES = 2**16
"""Kept free for the last words of an experiment that fills the disk."""
ID = re.compile(r"[0-9a-z-]{1,60}")
NEW_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}(-[0-9a-f]{32})?")
"""As `RunStore.create` makes them; experiments may also be given other names by hand."""
DELETED = ".deleted-"
"""How the name of an experiment begins while its files are deleted."""


def default_root() -> Path:
    """The runs folder: the environment variable ``HARMONY_RUNS``, or ``runs`` where you are."""
    return Path(os.environ.get("HARMONY_RUNS") or "runs")


class ExperimentFolders:
    """The experiments' folders in one runs folder, their locks and their stop files."""

    def __init__(self, root: Path | str | None = None) -> None:
        self.root = Path(root) if root is not None else default_root()
        if self.root.exists() and not self.root.is_dir():
            raise RunError(
                f"Expected the runs folder {self.root} to be a folder, but got a file. "
                "Name another one with --runs or HARMONY_RUNS."
            )

    def ids(self) -> list[str]:
        """The ids of all experiments, newest first."""
        try:
            with os.scandir(self.root) as entries:
                names = [e.name for e in entries if ID.fullmatch(e.name) and _is_folder(e)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(
                f"Expected to read the runs folder {self.root}, but got: "
                f"{error.strerror or error}. Name another one with --runs or HARMONY_RUNS."
            ) from error
        return sorted((n for n in names if is_experiment(self.root / n)), reverse=True)

    def size(self, run_id: str) -> int:
        """Bytes that an experiment takes on disk."""
        return folder_size(self.existing(run_id))

    def owner(self, run_id: str) -> str:
        """The id of the visitor who owns the experiment; empty for the operator."""
        try:
            return (self.existing(run_id) / OWNER_FILE).read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise RunError(
                f"Expected to read whose experiment {run_id} is, but got: "
                f"{error.strerror or error}. Check the permissions of its folder."
            ) from error

    def class_code(self, run_id: str) -> str:
        """The class that an experiment was created in; empty for none."""
        try:
            return (self.folder(run_id) / CLASS_FILE).read_text("utf-8", "replace").strip()
        except OSError:
            return ""

    def pinned(self, run_id: str) -> bool:
        """Whether an experiment stays when a server makes room."""
        return (self.folder(run_id) / PIN_FILE).exists()

    def pin(self, run_id: str, *, stays: bool) -> None:
        """Pin an experiment, or unpin it, even while it runs."""
        path = self.existing(run_id) / PIN_FILE
        if stays:
            self.write(path, b"")
        else:
            path.unlink(missing_ok=True)

    # Requests to stop, and locks

    def request_stop(self, run_id: str, reason: str = "") -> None:
        """Ask the process that runs the experiment to stop soon, with a checkpoint.

        ``reason`` goes into the note of its record, where the reader did not ask for it.
        """
        self.existing(run_id)
        self.write(self.folder(run_id) / "stop", reason.encode())

    def stop_reason(self, run_id: str) -> str:
        """The reason of a request to stop, or ``""``."""
        try:
            return (self.folder(run_id) / "stop").read_text("utf-8", "replace")[:500]
        except OSError:
            return ""

    def stop_requested(self, run_id: str) -> bool:
        """Whether a request to stop has not been acted on yet."""
        return (self.folder(run_id) / "stop").exists()

    def clear_stop(self, run_id: str) -> None:
        """Withdraw a request to stop, if there is one."""
        (self.folder(run_id) / "stop").unlink(missing_ok=True)

    def lock(self, run_id: str) -> BaseFileLock:
        """The lock for the process that runs the experiment; the caller acquires it."""
        return FileLock(self.existing(run_id) / "lock", thread_local=False)

    def acquire(self, lock: BaseFileLock, run_id: str, advice: str) -> None:
        """Acquire ``lock``, or raise `RunError` if another process holds it for seconds.

        `locked` holds it for a moment only.
        """
        try:
            lock.acquire(timeout=3.0, poll_interval=0.01)
        except Timeout as error:
            raise RunError(
                f"Expected experiment {run_id} not to be in use, but it is waiting or running. "
                f"{advice}."
            ) from error
        except OSError as error:
            raise RunError(
                f"Expected to lock experiment {run_id}, but got: {error.strerror or error}. "
                "Name another runs folder with --runs or HARMONY_RUNS."
            ) from error

    def locked(self, run_id: str) -> bool:
        """Whether a process runs the experiment now."""
        path = self.folder(run_id) / "lock"
        if not path.exists():
            return False
        probe = FileLock(path, thread_local=False)
        try:
            probe.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # the folder is read-only
            return False
        probe.release()
        return False

    @contextlib.contextmanager
    def running(self, run_id: str) -> Iterator[None]:
        """Hold the experiment's lock; `RunError` if another process does."""
        lock = self.lock(run_id)
        self.acquire(lock, run_id, "Wait for it, or stop it first")
        try:
            yield
        finally:
            lock.release()

    def remove_temporary_files(self, run_id: str) -> None:
        """Remove temporary files that a killed process left in an experiment's folder."""
        for path in self.folder(run_id).rglob(TEMPORARY):
            path.unlink(missing_ok=True)

    def remove_leftovers(self, older_than: float = ABANDONED) -> None:
        """Remove what killed processes left: half-made and half-deleted experiments, old files.

        An experiment in the making has no config yet; both it and a temporary file are left only
        once nobody has changed them for ``older_than`` seconds.
        """
        now = time.time()
        remove_temporary(self.root, older_than)
        with contextlib.suppress(OSError):
            for folder in self.root.iterdir():
                with contextlib.suppress(OSError):
                    if folder.name.startswith(DELETED):
                        shutil.rmtree(folder, ignore_errors=True)
                    elif not NEW_ID.fullmatch(folder.name) or folder.is_symlink():
                        continue
                    elif is_experiment(folder):
                        for inner, _, names in os.walk(folder):
                            if fnmatch.filter(names, TEMPORARY):
                                remove_temporary(Path(inner), older_than)
                    elif now - folder.stat().st_mtime > older_than and _is_half_made(folder):
                        shutil.rmtree(folder, ignore_errors=True)

    def reserve(self, run_id: str) -> None:
        """Take the space that the last record needs, so that a full disk leaves room for it."""
        self.write(self.folder(run_id) / RESERVE, os.urandom(RESERVED_BYTES))

    def release_reserve(self, run_id: str) -> None:
        """Give back what `reserve` took."""
        (self.folder(run_id) / RESERVE).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Free bytes on the disk of the runs folder."""
        return shutil.disk_usage(self.root).free

    def folder(self, run_id: str) -> Path:
        """The folder of an experiment, which need not exist; `RunError` if it is not an id."""
        if not ID.fullmatch(str(run_id)):
            raise RunError(
                "Expected an experiment id of 1 to 60 characters 0-9, a-z and -, "
                f"but got {str(run_id)[:60]!r}."
            )
        folder = self.root / run_id
        if folder.is_symlink():
            raise RunError(f"Expected experiment {run_id} to be a folder, but got a link.")
        return folder

    def existing(self, run_id: str) -> Path:
        """The folder of an experiment; `RunError` if there is none."""
        folder = self.folder(run_id)
        if not is_experiment(folder):
            raise RunError(
                f"Expected an experiment in {self.root}, but found none called {run_id!r}. "
                "It may have been deleted."
            )
        return folder

    def repeat_folder(self, run_id: str, repeat: int, *, make: bool = False) -> Path:
        """The folder of one repeat, created if ``make``."""
        folder = self.folder(run_id) / f"repeat-{int(repeat)}"
        return make_folder(folder) if make else folder

    def write(self, path: Path, content: bytes, *, durable: bool = False) -> None:
        """Write a whole file atomically, for its owner alone."""
        write_atomically(path, content, durable=durable, private=True)


def is_experiment(folder: Path) -> bool:
    """Whether a folder holds an experiment: its record, or at least its config."""
    return (folder / "record.json").exists() or (folder / CONFIG_FILE).exists()


def _is_half_made(folder: Path) -> bool:
    """Whether a folder holds no more than what `RunStore.create` writes first."""
    first = (OWNER_FILE, CLASS_FILE)
    return all(path.name in first or path.match(TEMPORARY) for path in folder.iterdir())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
