"""How much time a check has: it asks before each column, and stops where time is up."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Time that runs out after some seconds; ``report`` may raise to cancel."""

    def __init__(self, seconds: float, report: Callable[[], None] = lambda: None) -> None:
        self._end = time.monotonic() + seconds
        self._report = report

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        self._report()
        return max(self._end - time.monotonic(), 0.0)
