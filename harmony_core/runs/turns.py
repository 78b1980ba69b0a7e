"""Whose experiment is next, and when one has had its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from .store import RunStore

SECONDS_TO_STOP = 10.0
"""How long a worker may take to act on a request to stop."""
OVER = (
    "It was stopped, as it had trained for {minutes:g} minutes, the most that one experiment may "
    "take on this server. Resume it to continue from its last checkpoint."
)


class Turns:
    """The order in which owners are served."""

    def __init__(self, owner_of: Callable[[str], str]) -> None:
        self._owner_of = owner_of
        self._served: dict[str, int] = {}
        self._count = 0

    def next(self, waiting: Sequence[str], running: Collection[str]) -> str:
        """The one to begin, which counts as served."""
        chosen = self._choose(waiting, running, self._served)
        self._count += 1
        self._served[self._owner_of(chosen)] = self._count
        return chosen

    def order(self, waiting: Sequence[str], running: Collection[str]) -> list[str]:
        """All that wait, in the order in which they would begin if nobody else came."""
        left, served, count = list(waiting), dict(self._served), self._count
        order: list[str] = []
        while left:
            chosen = self._choose(left, running if not order else (), served)
            count += 1
            served[self._owner_of(chosen)] = count
            left.remove(chosen)
            order.append(chosen)
        return order

    def _choose(
        self, waiting: Sequence[str], running: Collection[str], served: dict[str, int]
    ) -> str:
        busy = [self._owner_of(run_id) for run_id in running]

        def place(run_id: str) -> tuple[int, int, int]:
            owner = self._owner_of(run_id)
            return busy.count(owner), served.get(owner, 0), waiting.index(run_id)

        return min(waiting, key=place)


class Overdue:
    """Whether a worker has to be ended: a stop was requested `SECONDS_TO_STOP` ago or earlier.

    After ``seconds`` of training it requests the stop itself and says so in the note of the record.
    """

    def __init__(self, store: RunStore, run_id: str, seconds: float) -> None:
        self._store, self._run_id, self._seconds = store, run_id, seconds
        self._begun = time.monotonic()
        self._asked: float | None = None

    def __call__(self) -> bool:
        now = time.monotonic()
        if now - self._begun >= self._seconds and self._asked is None:
            self._store.request_stop(self._run_id, OVER.format(minutes=self._seconds / 60))
        if not self._store.stop_requested(self._run_id):
            self._asked = None
            return False
        self._asked = now if self._asked is None else self._asked
        return now - self._asked >= SECONDS_TO_STOP
