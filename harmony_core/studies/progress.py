"""Progress of a study on stderr, in one line: cells done, cells in all, time left."""

from __future__ import annotations

import sys
import time
from typing import Any

SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Shows how far a study is; the time left is that of the cells trained by this process."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._shown_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` cells have ended."""
        if self._quiet:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=total, initial=done, unit="cell", file=sys.stderr, dynamic_ncols=True,
                miniters=10**9, smoothing=0, desc="study",
            )  # fmt: skip
            return
        self._bar.n = done
        now = time.monotonic()
        live = sys.stderr.isatty()
        if live or done == total or now - self._shown_at >= SECONDS_BETWEEN_LINES:
            self._shown_at = now
            self._bar.refresh()

    def close(self) -> None:
        """Leave the line as it is and go to the next."""
        if self._bar is not None:
            self._bar.close()
