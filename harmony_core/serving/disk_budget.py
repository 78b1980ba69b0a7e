"""The disk that the experiments of a shared server may take: one visitor's, and all together.

When an experiment is to be written and there is no room for it, the oldest go until there is: those
in the bin first, then those that have ended and are not pinned. They go for good and not into the
bin, which counts too: else what is deleted would still fill the disk. What waits or trains counts
with what it is expected to write. A run of a class stays for as long as its class can be open; it
goes with its class. The operator's experiments neither count nor go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..data import DATASETS
from ..errors import HarmonyError, RunError
from ..lessons.classroom.classes import LONGEST
from ..quotas import MB, Quotas, in_mb
from ..runs.record import now, time_text
from ..runs.store import RunStore
from .bin import FOLDER, Bin
from .expected_size import expected_bytes
from .made_room import Gone, note_gone

RECENT = 10.0
"""Seconds for which a look at all experiments is good enough to show, if none came or went."""
_making_room = threading.Lock()


@dataclass(frozen=True)
class Kept:
    """An experiment that takes room."""

    id: str
    owner: str
    size: int
    """Bytes"""
    since: str
    """When it ended, or was deleted; UTC, ISO 8601"""
    binned: bool
    stays: bool
    """Whether it never goes by itself"""


@dataclass(frozen=True)
class Plan:
    """How room is made."""

    goes: tuple[Kept, ...]
    refusal: str
    """Why that is not enough, and what to do; empty if it is"""


@dataclass(frozen=True)
class _Look:
    at: float
    names: list[str]
    kept: Sequence[Kept]


_looks: dict[Path, _Look] = {}


def look_again(root: Path) -> None:
    """What is shown of the experiments of a runs folder is out of date."""
    _looks.pop(root, None)


class DiskBudget:
    """The experiments of visitors in a runs folder, and what they may take."""

    def __init__(self, store: RunStore, limits: Quotas) -> None:
        self._store = store
        self._bin = Bin(store)
        self._visitors, self._all = int(limits.disk_visitor_mb * MB), int(limits.disk_mb * MB)

    def taken(self, owner: str) -> tuple[int, int]:
        """Bytes that the experiments of a visitor take, and those that they may take."""
        return _total([one for one in self._recent() if one.owner == owner]), self._visitors

    def outlook(self, owner: str, wanted: int) -> Plan:
        """How room for ``wanted`` bytes of a visitor would be made, as of some seconds ago."""
        return self._plan(owner, wanted, self._recent())

    def _plan(self, owner: str, wanted: int, kept: Sequence[Kept]) -> Plan:
        own = [one for one in kept if one.owner == owner]
        first = _oldest(own, _total(own) + wanted - self._visitors)
        going = {one.id for one in first}
        left = [one for one in kept if one.id not in going]
        second = _oldest(left, _total(left) + wanted - self._all)
        refusal = ""
        if _total(own) - _total(first) + wanted > self._visitors:
            refusal = _own_refusal(wanted, self._visitors, [one for one in own if one.stays])
        elif _total(left) - _total(second) + wanted > self._all:
            refusal = (
                f"Expected room for about {in_mb(wanted)} in the {in_mb(self._all)} that the "
                "experiments of all visitors may take, but got less: the others are pinned, train "
                "or belong to a class. Try again later, or ask whoever runs this server."
            )
        return Plan((*first, *second), refusal)

    @contextmanager
    def room(
        self, owner: str, wanted: int, spared: str = "", *, refuse: bool = True
    ) -> Iterator[None]:
        """Make room for ``wanted`` bytes of a visitor; nobody else does before the block has ended.

        ``spared`` is the experiment that they are for: it stays, and ``wanted`` is all it takes.
        If there can be too little, nothing goes: `RunError`, or unless ``refuse`` the block runs.
        """
        with _making_room:
            plan = self._plan(owner, wanted, self._beside(spared))
            if not plan.refusal:
                self._remove(plan.goes)
            elif refuse:
                raise RunError(plan.refusal)
            yield

    def settle(self, run_id: str) -> None:
        """Make what room there can be once an experiment has ended.

        It may have written more than expected. It stays itself.
        """
        with suppress(HarmonyError, OSError), _making_room:
            if owner := self._store.owner(run_id):
                size = self._store.size(run_id)
                self._remove(self._plan(owner, size, self._beside(run_id)).goes)

    def title(self, one: Kept) -> str:
        """The title that was given to an experiment, or its data and the end of its id."""
        record = None
        with suppress(HarmonyError):
            record = self._bin.record(one.id) if one.binned else self._store.get(one.id)
        if record is None:
            return one.id
        name = record.config.data.name
        title = DATASETS[name].title if name in DATASETS else name
        return record.title or f"{title}, {one.id[-4:]}"

    def _remove(self, goes: Sequence[Kept]) -> None:
        went = []
        for one in goes:
            title = self.title(one)
            with suppress(HarmonyError):  # it is resumed, or restored
                self._bin.drop(one.id)
                went.append(Gone(one.id, title, one.owner, one.size, now(), one.binned))
        note_gone(self._store.root, went)

    def _beside(self, run_id: str) -> list[Kept]:
        return [one for one in self._kept() if one.id != run_id]

    def _recent(self) -> Sequence[Kept]:
        """`_kept`, as of some seconds ago: pages ask for it each time they are drawn."""
        root = self._store.root
        names = _names(root) + _names(root / FOLDER)
        look = _looks.get(root)
        if look is None or look.names != names or time.monotonic() - look.at > RECENT:
            look = _looks[root] = _Look(time.monotonic(), names, self._kept())
        return look.kept

    def _kept(self) -> list[Kept]:
        kept = []
        for run_id in self._store.ids():
            with suppress(HarmonyError, OSError):
                if owner := self._store.owner(run_id):
                    kept.append(self._listed(run_id, owner))
        for held in self._bin.held():
            if held.owner:
                since = time_text(datetime.fromtimestamp(held.since, UTC))
                kept.append(Kept(held.id, held.owner, held.size, since, binned=True, stays=False))
        return kept

    def _listed(self, run_id: str, owner: str) -> Kept:
        size, stays = self._store.size(run_id), self._store.pinned(run_id)
        try:
            record = self._store.get(run_id)
        except RunError:
            changed = self._store.folder(run_id).stat().st_mtime
            since = time_text(datetime.fromtimestamp(changed, UTC))
            return Kept(run_id, owner, size, since, binned=False, stays=stays)
        if record.active:
            size = max(size, expected_bytes(record.config))
        stays = stays or record.active or (bool(record.class_code) and _is_young(record.created))
        since = record.finished or record.created
        return Kept(run_id, owner, size, since, binned=False, stays=stays)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


def _oldest(kept: Sequence[Kept], lacking: int) -> list[Kept]:
    """Those that go to free ``lacking`` bytes, or all that can go: the bin first, then by age."""
    chosen: list[Kept] = []
    for one in sorted(kept, key=lambda one: (not one.binned, one.since, one.id)):
        if lacking <= 0:
            break
        if not one.stays:
            chosen.append(one)
            lacking -= one.size
    return chosen


def _is_young(created: str) -> bool:
    """Whether the class of an experiment may still be open."""
    try:
        return datetime.now(UTC) - datetime.fromisoformat(created) <= timedelta(seconds=LONGEST)
    except ValueError:
        return False


def _total(kept: Sequence[Kept]) -> int:
    return sum(one.size for one in kept)


def _own_refusal(wanted: int, limit: int, staying: Sequence[Kept]) -> str:
    if wanted > limit:
        return (
            f"Expected an experiment of at most {in_mb(limit)}, which is all that the experiments "
            f"of one visitor may take on this server, but got one of about {in_mb(wanted)}. "
            "Choose fewer epochs, methods or seeds."
        )
    return (
        f"Expected room for about {in_mb(wanted)} in the {in_mb(limit)} that your experiments may "
        f"take on this server, but {in_mb(_total(staying))} are taken by those that are pinned, "
        "train or belong to a class. Unpin or delete some of them in Recent, then try again."
    )
