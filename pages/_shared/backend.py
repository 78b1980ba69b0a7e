"""What the pages talk to: the runs folder and the queue of worker processes."""

from __future__ import annotations

import os
import threading
from functools import lru_cache

from harmony_core.quotas import quotas
from harmony_core.runs import jobs
from harmony_core.runs.store import RunStore
from harmony_core.serving.disk_budget import DiskBudget
from harmony_core.serving.mode import mode

FIRST_PAINT = 2.5
"""Seconds a new server keeps to its first page before it starts the workers."""


def store() -> RunStore:
    """The runs folder named by ``HARMONY_RUNS``, or ``./runs``."""
    return _store(os.environ.get("HARMONY_RUNS", ""))


@lru_cache(maxsize=8)
def _store(root: str) -> RunStore:
    return RunStore(root or None)


def queue() -> jobs.JobQueue:
    """The one queue of this server process."""
    if mode() == "solo":
        return jobs.shared_queue(store(), None, None)
    return jobs.shared_queue(store(), quotas(), DiskBudget(store(), quotas()).settle)


def warm_workers() -> None:
    """Start the workers soon, once, so that Train does not have to wait for them.

    Starting them at once would take the processor from the first page of a new server.
    """
    _warm_soon(queue())


@lru_cache(maxsize=8)
def _warm_soon(queue: jobs.JobQueue) -> None:
    timer = threading.Timer(FIRST_PAINT, queue.warm)
    timer.daemon = True
    timer.start()
