"""The folder of a study on disk, and its lock.

<folder>/study.yaml      a copy of the study's file
<folder>/sources.json    where the files of the data were the last time
<folder>/runs/           an ordinary runs folder: `--runs` takes it, the app shows it
<folder>/table.csv       a row for each cell
<folder>/result.json     what follows from the table
<folder>/lock            locked by the process that trains
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import RunError
from ..files import make_folder, write_atomically
from ..runs.folders import default_root
from ..runs.store import RunStore

STUDY_FILE, TABLE_FILE, RESULT_FILE = "study.yaml", "table.csv", "result.json"
SOURCES_FILE = "sources.json"
ADVICE = "Free some space or name another folder with --folder, then give the same command again."


def default_folder(name: str) -> Path:
    """The folder of a study by that name: ``studies/NAME`` in the runs folder."""
    return default_root() / "studies" / name


class StudyFolder:
    """The files of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and not path.is_dir():
            raise RunError(f"Expected {path} to be a folder, but got a file. Name another one.")
        self.store = RunStore(path / "runs")

    def make(self) -> None:
        """Create the folder if it does not exist."""
        make_folder(self.path, parents=True)
        make_folder(self.store.root)

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Hold the study's lock; `RunError` if another process does."""
        lock = FileLock(self.path / "lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise RunError(
                f"Expected the study in {self.path} not to be in use, but another process trains "
                "it. Wait for it, or stop it with Ctrl-C first."
            ) from error
        except OSError as error:
            raise RunError(
                f"Expected to lock {self.path}, but got: {error.strerror or error}. {ADVICE}"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def write(self, name: str, content: bytes) -> None:
        """Write one of the study's files atomically."""
        write_atomically(self.path / name, content, advice=ADVICE)

    def write_json(self, name: str, document: object) -> None:
        """Write a JSON document atomically."""
        self.write(name, json.dumps(document, indent=1, allow_nan=False).encode())

    def sources(self) -> dict[str, str]:
        """The paths of the sources that were used the last time."""
        document = _read_json(self.path / SOURCES_FILE)
        return {str(k): str(v) for k, v in document.items()} if document else {}

    def save_sources(self, sources: Mapping[str, str]) -> None:
        """Remember the paths of the sources."""
        if dict(sources) != self.sources():
            self.write_json(SOURCES_FILE, dict(sources))

    def result(self) -> dict[str, Any] | None:
        """The content of ``result.json``, or None if it is missing or damaged."""
        return _read_json(self.path / RESULT_FILE)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
