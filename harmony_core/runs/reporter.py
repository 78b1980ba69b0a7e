"""Keeps the record of a running experiment up to date, without writing too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..frames import Frame
from .failures import Stopped
from .record import ExperimentRecord
from .store import RunStore

OnProgress = Callable[[ExperimentRecord, list[Frame]], None]
"""Called with the record after every change, and the frames of an epoch just recorded."""

SECONDS_BETWEEN_MESSAGES = 0.25
SECONDS_BETWEEN_LOOKS = 0.1


class Reporter:
    """Writes the record if ``writes`` (rank 0), tells ``on_progress``, and watches for a stop."""

    def __init__(
        self,
        store: RunStore,
        record: ExperimentRecord,
        on_progress: OnProgress | None,
        *,
        writes: bool,
    ) -> None:
        self.store = store
        self.record = record
        self._on_progress = on_progress
        self.writes = writes
        self._message_at = -1e9
        self._looked_at = -1e9
        self._stop = False

    def update(self, frames: list[Frame] | None = None, **changes: Any) -> None:
        """Change the record, write it and tell."""
        self.record = self.record.but(**changes)
        if self.writes:
            self.store.save(self.record)
        if self._on_progress is not None:
            self._on_progress(self.record, frames or [])

    def message(self, text: str, share: float | None = None) -> None:
        """Say what is being done, at most four times a second; raises `Stopped` if asked to.

        It is what data sets call as their ``progress``.
        """
        if self.stopping():
            raise Stopped
        if share is not None:
            text = f"{text} {100 * share:.0f} %"
        at = time.monotonic()
        if text != self.record.message and at - self._message_at >= SECONDS_BETWEEN_MESSAGES:
            self._message_at = at
            self.update(message=text)

    def stopping(self) -> bool:
        """Whether a stop was asked for; rank 0 looks at the disk, at most ten times a second."""
        at = time.monotonic()
        if self.writes and not self._stop and at - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._looked_at = at
            self._stop = self.store.stop_requested(self.record.id)
        return self._stop

    def look(self) -> bool:
        """`stopping`, looking now."""
        self._looked_at = -1e9
        return self.stopping()
