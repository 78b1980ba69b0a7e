"""Who uses what of a server: experiments, disk, and what trains or waits, by visitor."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from ..errors import HarmonyError
from ..runs.store import RunStore
from .bin import Bin


@dataclass(frozen=True)
class Usage:
    """What one visitor uses."""

    owner: str
    """Their id; empty for the operator"""
    runs: tuple[str, ...]
    """Ids, newest first"""
    size: int
    """Bytes"""
    binned: int
    """Bytes of those that are deleted and can be restored"""
    pinned: int
    running: int
    waiting: int


def usage(store: RunStore) -> list[Usage]:
    """What everybody uses, the most disk first."""
    runs: dict[str, list[str]] = defaultdict(list)
    binned: dict[str, int] = defaultdict(int)
    for run_id in store.ids():
        with suppress(HarmonyError):
            runs[store.owner(run_id)].append(run_id)
    for held in Bin(store).held():
        binned[held.owner] += held.size
    owners = {*runs, *binned}
    found = [_of(store, owner, runs.get(owner, []), binned.get(owner, 0)) for owner in owners]
    return sorted(found, key=lambda one: (-one.size - one.binned, one.owner))


def _of(store: RunStore, owner: str, ids: list[str], binned: int) -> Usage:
    size, pinned, states = 0, 0, []
    for run_id in ids:
        with suppress(HarmonyError):
            size += store.size(run_id)
            pinned += store.pinned(run_id)
            states.append(store.get(run_id).state)
    running, waiting = states.count("running"), states.count("queued")
    return Usage(owner, tuple(ids), size, binned, pinned, running, waiting)
