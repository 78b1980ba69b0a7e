"""The runs of a class on disk, deleted when the class is over.

A run carries the code of its class. It goes when the class ends; one that still trains is stopped
first. If the server was restarted and no longer knows the class, it goes once no class can be
that old.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ...errors import HarmonyError
from ...runs.record import ExperimentRecord
from ...runs.store import RunStore
from .classes import LONGEST, Classroom

SOON = 1.0
"""Seconds between two looks while a run is being stopped."""
SELDOM = 60.0
"""Seconds between two looks while a class is open."""


def delete_runs(store: RunStore, classroom: Classroom, stop: Callable[[str], None]) -> int:
    """Delete the runs of all classes that are over; how many had to be stopped and are still there.

    ``stop`` asks a run that waits or trains to end.
    """
    left = 0
    for record in store.list():
        if not record.class_code or not _is_over(record, classroom):
            continue
        with suppress(HarmonyError):
            if record.active:
                left += 1
                stop(record.id)
            else:
                store.delete(record.id)
    return left


def _is_over(record: ExperimentRecord, classroom: Classroom) -> bool:
    if classroom.is_over(record.class_code):
        return True
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(record.created)
    except ValueError:
        return False
    return age > timedelta(seconds=LONGEST) and classroom.lead(record.class_code) is None


class Caretaker:
    """A thread that calls `delete_runs` as long as a class is open or a run is left."""

    def __init__(self, store: RunStore, classroom: Classroom, stop: Callable[[str], None]) -> None:
        self._store = store
        self._classroom = classroom
        self._stop = stop
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._works = False

    def wake(self) -> None:
        """Look now, and from now on."""
        with self._lock:
            self._wake.set()
            if not self._works:
                self._works = True
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self._wake.clear()
            left = 0
            with suppress(HarmonyError, OSError):
                left = delete_runs(self._store, self._classroom, self._stop)
            with self._lock:
                if not left and not self._wake.is_set() and not self._classroom.any_open():
                    self._works = False
                    return
            self._wake.wait(SOON if left else SELDOM)
