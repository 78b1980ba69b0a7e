"""The record of a running experiment, kept up to date without writing too often."""

from __future__ import annotations

import math
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
SECONDS_BETWEEN_STOP_CHECKS = 0.1


class Reporter:
    """Writes the record if ``writes`` (rank 0), calls ``on_progress`` and checks for a stop."""

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
        self._message_at = -math.inf
        self._checked_at = -math.inf
        self._stop = False

    def update(self, frames: list[Frame] | None = None, **changes: Any) -> None:
        """Change the record, write it and call ``on_progress``."""
        self.record = self.record.replace(**changes)
        if self.writes:
            self.store.save(self.record)
        if self._on_progress is not None:
            self._on_progress(self.record, frames or [])

    def message(self, text: str, share: float | None = None) -> None:
        """Show what is being done, at most four times a second; `Stopped` if a stop is requested.

        Data sets call it as their ``progress``.
        """
        if self.stopping():
            raise Stopped
        if share is not None:
            text = f"{text} {100 * share:.0f} %"
        now = time.monotonic()
        if text != self.record.message and now - self._message_at >= SECONDS_BETWEEN_MESSAGES:
            self._message_at = now
            self.update(message=text)

    def stopping(self, *, check_now: bool = False) -> bool:
        """Whether a stop was requested; rank 0 checks the disk ten times a second, or now."""
        now = time.monotonic()
        due = check_now or now - self._checked_at >= SECONDS_BETWEEN_STOP_CHECKS
        if self.writes and not self._stop and due:
            self._checked_at = now
            self._stop = self.store.stop_requested(self.record.id)
        return self._stop
