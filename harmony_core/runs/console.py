"""Training in the shell's own process, with a progress bar; Ctrl-C stops it with a checkpoint."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import HarmonyError
from ..frames import Frame
from .execute import execute
from .ranks import Ranks
from .record import ExperimentRecord
from .store import RunStore

SECONDS_BEFORE_ABORT = 1.0
"""A second Ctrl-C this long after the first stops at once, without a checkpoint."""


class Console:
    """A progress bar on stderr, over all epochs of all repeats."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._bar: Any = None
        self._shown_at = 0.0

    def __call__(self, record: ExperimentRecord, frames: list[Frame]) -> None:
        """Show the record and the frames just recorded; the ``on_progress`` of `execute`."""
        if self.quiet:
            return
        config = record.config
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=config.epochs * config.seeds.repeats,
                unit="epoch",
                file=sys.stderr,
                dynamic_ncols=True,
            )
        bar = self._bar
        bar.n = record.repeat * config.epochs + record.epoch
        repeats = config.seeds.repeats
        repeat = f" {record.repeat + 1}/{repeats}" if repeats > 1 else ""
        bar.set_description_str(f"{record.message or record.state}{repeat}", refresh=False)
        if frames:
            accuracy = " ".join(f"{100 * frame.balanced_accuracy:.1f}" for frame in frames)
            bar.set_postfix_str(f"balanced accuracy {accuracy}", refresh=False)
        now = time.monotonic()
        if now - self._shown_at >= (0.1 if sys.stderr.isatty() else 5.0):
            self._shown_at = now
            bar.refresh()

    def close(self) -> None:
        """Leave the bar as it is and go to the next line."""
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()


def run_here(store: RunStore, run_id: str, ranks: Ranks, console: Console) -> ExperimentRecord:
    """Train in this process.

    Ctrl-C or SIGTERM request a stop with a checkpoint; a second Ctrl-C stops at once.
    """
    if ranks.is_rank_zero and not store.locked(run_id):
        store.clear_stop(run_id)  # left by an earlier run that was killed
    try:
        with _signals_request_stop(store, run_id, ranks):
            return execute(store, run_id, console, ranks=ranks)
    finally:
        console.close()


@contextmanager
def _signals_request_stop(store: RunStore, run_id: str, ranks: Ranks) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a request to stop, which only rank 0 writes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    requested_at: float | None = None

    def request(number: int, _frame: object) -> None:
        nonlocal requested_at
        if requested_at is None:
            requested_at = time.monotonic()
            if ranks.is_rank_zero:
                try:
                    store.request_stop(run_id)
                except HarmonyError:  # the disk is full
                    raise KeyboardInterrupt from None
        elif (
            number == signal.SIGINT
            and not ranks.distributed
            and time.monotonic() - requested_at > SECONDS_BEFORE_ABORT
        ):
            raise KeyboardInterrupt

    previous = {
        number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
