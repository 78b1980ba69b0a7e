"""All that a visitor does to experiments: each call asks `owners.may` before it changes anything.

Pages change experiments through this class alone; `tests/test_architecture.py` checks that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TypeVar

from ..config import ExperimentConfig
from ..errors import RunError
from ..experiments.complete import check_trainable
from ..experiments.price import check_price
from ..quotas import quotas
from ..runs.one_process import OneProcess
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from .announcement import announce
from .bin import Bin, Deleted
from .disk_budget import DiskBudget, look_again
from .expected_size import expected_bytes, uploaded_classes, uploaded_samples
from .made_room import Gone, note_told, untold
from .owners import Action, OwnedRun, Visitor, may, owned, require
from .upload_budget import UploadBudget
from .upload_owners import keep_upload, require_data

BUSY = (
    "Expected this server to be free for it, but it works on the experiment of another visitor. "
    "Try again in a minute."
)


class RoomAhead(NamedTuple):
    """How there would be room for an experiment."""

    goes: list[str]
    """The titles of those that go"""
    refusal: str
    """Why there is no room, and what to do; empty if there is"""


class Queue(Protocol):
    """What trains experiments, as `runs.jobs.JobQueue` does."""

    def submit(self, run_id: str) -> None: ...

    def stop(self, run_id: str) -> None: ...


class RunRequest(Protocol):
    """A request to a process, which names its experiment."""

    @property
    def run_id(self) -> str: ...

    def __hash__(self) -> int: ...


Request = TypeVar("Request", bound=RunRequest)


class Access:
    """One visitor's way to the experiments of a server."""

    def __init__(self, store: RunStore, queue: Callable[[], Queue], visitor: Visitor) -> None:
        self._store = store
        self._queue = queue
        self._bin = Bin(store)
        self.visitor = visitor

    def may(self, action: Action, run_id: str) -> bool:
        """Whether the visitor may do this; no for an experiment that is not here."""
        try:
            return may(action, owned(self._store, run_id), self.visitor)
        except RunError:
            return False

    def require(self, action: Action, run_id: str) -> None:
        """Raise `RunError` unless the visitor may do this."""
        require(action, owned(self._store, run_id), self.visitor)

    def listed(self) -> list[str]:
        """The ids that lists show this visitor, newest first: all, or on a shared server theirs."""
        ids = self._store.listed()
        return [run_id for run_id in ids if self._own(run_id)] if self.visitor.shared else ids

    def _own(self, run_id: str) -> bool:
        try:
            return self._store.owner(run_id) == self.visitor.id
        except RunError:
            return False

    def start(
        self, config: ExperimentConfig, title: str = "", class_code: str = ""
    ) -> ExperimentRecord:
        """Create an experiment of the visitor and queue it.

        On a shared server older ones of visitors go if there is no room for it. Raises
        `ConfigError` with the price of one that a visitor may not have, `RunError` if no room can
        be made.
        """
        require_data(config, self.visitor)
        self._check_price(config)
        self._bin.sweep()
        owner = self.visitor.id if self.visitor.shared else ""
        with self._room(owner, expected_bytes(config)):
            record = self._store.create(config, title, class_code, owner)
            try:
                self._queue().submit(record.id)
            except RunError:
                self._store.delete(record.id)
                raise
        return record

    def _budget(self) -> DiskBudget:
        return DiskBudget(self._store, quotas())

    def _room(self, owner: str, wanted: int, spared: str = "") -> AbstractContextManager[None]:
        """Room for ``wanted`` bytes of the experiments of ``owner``; solo mode makes none."""
        if not (self.visitor.shared and owner):
            return nullcontext()
        return self._budget().room(owner, wanted, spared, refuse=not self.visitor.admin)

    def room_ahead(self, config: ExperimentConfig) -> RoomAhead:
        """What becomes of the visitor's own experiments if this one is started."""
        if not self.visitor.shared:
            return RoomAhead([], "")
        budget = self._budget()
        plan = budget.outlook(self.visitor.id, expected_bytes(config))
        if plan.refusal:
            return RoomAhead([], "" if self.visitor.admin else plan.refusal)
        goes = [one for one in plan.goes if one.owner == self.visitor.id and not one.binned]
        return RoomAhead([budget.title(one) for one in goes], "")

    def went(self) -> list[Gone]:
        """The visitor's experiments that were deleted to make room, until `read_what_went`."""
        return untold(self._store.root, self.visitor.id) if self.visitor.shared else []

    def read_what_went(self) -> None:
        """The visitor has read `went`."""
        note_told(self._store.root, self.visitor.id)

    def disk(self) -> tuple[int, int] | None:
        """Bytes that the visitor's experiments take and may take; None without a limit."""
        return self._budget().taken(self.visitor.id) if self.visitor.shared else None

    def _check_price(self, config: ExperimentConfig) -> None:
        if self.visitor.shared and not self.visitor.admin:
            check_price(config, quotas(), uploaded_samples(config), uploaded_classes(config))

    def stop(self, run_id: str) -> None:
        """As `JobQueue.stop`."""
        self.require("stop", run_id)
        self._queue().stop(run_id)

    def keep_upload(self, content: bytes | BinaryIO, limit: int) -> str:
        """As `upload_owners.keep_upload`; on a shared server within the budget of the visitor."""
        if not self.visitor.shared:
            return keep_upload(content, limit, self.visitor)
        return UploadBudget(self._store, quotas()).keep(content, limit, self.visitor)

    def resume(self, run_id: str) -> None:
        """Queue an experiment again."""
        self.require("resume", run_id)
        config = self._store.get(run_id).config
        check_trainable(config)
        self._check_price(config)
        wanted = max(expected_bytes(config), self._store.size(run_id))
        with self._room(self._store.owner(run_id), wanted, run_id):
            self._queue().submit(run_id)

    def rename(self, run_id: str, title: str) -> None:
        """As `RunStore.rename`."""
        self.require("rename", run_id)
        self._store.rename(run_id, title)

    def pin(self, run_id: str, *, stays: bool) -> None:
        """As `RunStore.pin`."""
        self.require("pin", run_id)
        self._store.pin(run_id, stays=stays)
        look_again(self._store.root)

    def delete(self, run_id: str) -> None:
        """Move an experiment into the bin; `RunError` if it is waiting or running."""
        self.require("delete", run_id)
        self._bin.put(run_id)

    def deleted(self) -> list[Deleted]:
        """What the bin holds of the visitor, or of all in solo mode, deleted last first."""
        self._bin.sweep()
        found = self._bin.list()
        if not self.visitor.shared:
            return found
        return [one for one in found if one.owner == self.visitor.id]

    def restore(self, run_id: str) -> None:
        """Take an experiment out of the bin."""
        require("restore", self._binned(run_id), self.visitor)
        self._bin.restore(run_id)

    def remove(self, run_id: str) -> None:
        """Delete an experiment of the bin for good."""
        require("delete", self._binned(run_id), self.visitor)
        self._bin.remove(run_id)

    def _binned(self, run_id: str) -> OwnedRun:
        return OwnedRun(run_id, self._bin.owner(run_id))

    def require_admin(self) -> None:
        """Raise `RunError` unless the visitor is the administrator."""
        if not self.visitor.admin:
            raise RunError(
                "Expected the administrator, but got another visitor. Enter the secret again."
            )

    def announce(self, text: str) -> None:
        """Show a text on every page; an empty one withdraws it."""
        self.require_admin()
        announce(self._store.root, text)

    def begin(self, action: Action, process: OneProcess[Request], request: Request) -> None:
        """Let ``process`` work for an experiment, unless it works for somebody else's."""
        self.require(action, request.run_id)
        now = process.current()
        if now is not None and now != request and not self.may(action, now.run_id):
            raise RunError(BUSY)
        run_id = request.run_id
        with self._room(self._store.owner(run_id), self._store.size(run_id), run_id):
            process.start(request)

    def begin_again(
        self, action: Action, process: OneProcess[Request], request: Request, made: Path
    ) -> None:
        """As `begin`, after removing the folder that ``process`` has ``made`` before."""
        self.require(action, request.run_id)
        shutil.rmtree(made, ignore_errors=True)
        self.begin(action, process, request)

    def end(self, action: Action, process: OneProcess[Request]) -> None:
        """Stop the process, if it works for an experiment that the visitor may change."""
        now = process.current()
        if now is not None:
            self.require(action, now.run_id)
            process.stop()
