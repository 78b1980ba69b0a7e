"""Deleted experiments, kept for a week: whoever deleted one can take it back.

    <runs>/.bin/<id>     the experiment's folder, last changed when it was deleted

For good it goes after `KEPT` seconds, or earlier when the disk is short of `ROOM` bytes, the oldest
first. With it go its upload and what was decoded of it, unless another experiment names the upload.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from ..data.uploads import is_upload
from ..errors import HarmonyError, RunError
from ..files import make_folder
from ..runs.folders import ID, is_experiment
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from .upload_owners import drop_upload

KEPT = 7 * 86_400.0
ROOM = 2**30
FOLDER = ".bin"
_sweeping = threading.Lock()


@dataclass(frozen=True)
class Deleted:
    """An experiment in the bin."""

    id: str
    record: ExperimentRecord | None
    """None if it cannot be read"""
    owner: str
    since: float
    """When it was deleted, in seconds since 1970"""


@dataclass(frozen=True)
class Held:
    """What an experiment of the bin takes."""

    id: str
    owner: str
    size: int
    """Bytes"""
    since: float
    """When it was deleted, in seconds since 1970"""


class Bin:
    """The deleted experiments of a runs folder."""

    def __init__(self, store: RunStore) -> None:
        self._runs = store
        self._kept = RunStore(store.root / FOLDER)

    def put(self, run_id: str) -> None:
        """Move an experiment into the bin; `RunError` if it is waiting or running."""
        self._take(run_id)
        self.sweep()

    def drop(self, run_id: str) -> None:
        """Delete an experiment for good, also one that is not in the bin yet.

        `RunError` if it is waiting or running.
        """
        if run_id not in self._kept.ids():
            self._take(run_id)
        self.remove(run_id)

    def _take(self, run_id: str) -> None:
        make_folder(self._kept.root, parents=True)
        self._runs.move(run_id, self._kept.folder(run_id))
        os.utime(self._kept.folder(run_id))

    def restore(self, run_id: str) -> None:
        """Move an experiment back; `RunError` if the bin does not hold it."""
        self._kept.move(run_id, self._runs.folder(run_id))

    def held(self) -> list[Held]:
        """What each experiment of the bin takes, without reading its record."""
        found = []
        for run_id in self._kept.ids():
            with suppress(OSError, HarmonyError):
                since = self._kept.folder(run_id).stat().st_mtime
                found.append(Held(run_id, self.owner(run_id), self._kept.size(run_id), since))
        return found

    def list(self) -> list[Deleted]:
        """What is in the bin, deleted last first."""
        found = []
        for run_id in self._kept.ids():
            with suppress(OSError, HarmonyError):
                since = self._kept.folder(run_id).stat().st_mtime
                found.append(Deleted(run_id, self.record(run_id), self.owner(run_id), since))
        return sorted(found, key=lambda one: one.since, reverse=True)

    def owner(self, run_id: str) -> str:
        """Whose a deleted experiment is."""
        return self._kept.owner(run_id)

    def record(self, run_id: str) -> ExperimentRecord | None:
        """The record of a deleted experiment; None if it cannot be read."""
        try:
            return self._kept.get(run_id)
        except RunError:
            return None

    def remove(self, run_id: str) -> None:
        """Delete an experiment of the bin for good, with the upload that only it names."""
        record = self.record(run_id)
        source = _upload_of(record) if record else ""
        shutil.rmtree(self._kept.existing(run_id), ignore_errors=True)
        if source:
            named = self.named_uploads()
            if named is not None and source not in named:
                drop_upload(source)

    def sweep(self, now: float | None = None) -> None:
        """Delete for good what is too old, and the oldest while the disk is short of room."""
        with _sweeping:
            self._finish_deleting()
            now = time.time() if now is None else now
            for one in reversed(self.list()):
                if now - one.since > KEPT or self._runs.free_bytes() < ROOM:
                    with suppress(HarmonyError):
                        self.remove(one.id)

    def _finish_deleting(self) -> None:
        """Remove what is left of an experiment whose deletion was cut short."""
        with suppress(OSError):
            for folder in self._kept.root.iterdir():
                if ID.fullmatch(folder.name) and not is_experiment(folder):
                    shutil.rmtree(folder, ignore_errors=True)

    def named_uploads(self) -> set[str] | None:
        """The uploads that experiments name, in the bin too; None if one cannot be read."""
        named = set()
        for store in (self._runs, self._kept):
            records, broken = store.scan()
            if broken:
                return None
            named |= {_upload_of(record) for record in records}
        return named - {""}


def _upload_of(record: ExperimentRecord) -> str:
    source = str(record.config.data.params.get("source", ""))
    return source if is_upload(source) else ""
