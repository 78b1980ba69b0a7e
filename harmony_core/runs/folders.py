"""The folders of experiments on disk, their locks and their stop files; `RunStore` builds on it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from ..errors import RunError
from ..files import TEMPORARY, make_folder, write_atomically

ID = re.compile(r"[0-9a-z-]{1,40}")


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
        return sorted((n for n in names if (self.root / n / "record.json").exists()), reverse=True)

    def size(self, run_id: str) -> int:
        """Bytes that an experiment takes on disk."""
        total = 0
        for folder, _, names in os.walk(self.existing(run_id)):
            for name in names:
                with contextlib.suppress(OSError):  # it may have been removed meanwhile
                    total += (Path(folder) / name).stat().st_size
        return total

    # Requests to stop, and locks

    def request_stop(self, run_id: str) -> None:
        """Ask the process that runs the experiment to stop soon, with a checkpoint."""
        self.existing(run_id)
        self.write(self.folder(run_id) / "stop", b"")

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

    def free_bytes(self) -> int:
        """Free bytes on the disk of the runs folder."""
        return shutil.disk_usage(self.root).free

    def folder(self, run_id: str) -> Path:
        """The folder of an experiment, which need not exist; `RunError` if it is not an id."""
        if not ID.fullmatch(str(run_id)):
            raise RunError(
                "Expected an experiment id of 1 to 40 characters 0-9, a-z and -, "
                f"but got {str(run_id)[:60]!r}."
            )
        folder = self.root / run_id
        if folder.is_symlink():
            raise RunError(f"Expected experiment {run_id} to be a folder, but got a link.")
        return folder

    def existing(self, run_id: str) -> Path:
        """The folder of an experiment; `RunError` if there is none."""
        folder = self.folder(run_id)
        if not (folder / "record.json").exists():
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
        """Write a whole file atomically."""
        write_atomically(path, content, durable=durable)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
