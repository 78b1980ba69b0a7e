"""Training in the shell's own process: a progress bar, and Ctrl-C that stops gently."""

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

AGAIN = 1.0
"""Seconds after a Ctrl-C from which another one no longer waits for a good moment."""


class Console:
    """A progress bar on stderr, over all epochs of all repeats."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._bar: Any = None
        self._shown_at = 0.0

    def __call__(self, record: ExperimentRecord, frames: list[Frame]) -> None:
        """What `execute` tells after every change of the record."""
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
        which = f" {record.repeat + 1}/{repeats}" if repeats > 1 else ""
        bar.set_description_str(f"{record.message or record.state}{which}", refresh=False)
        if frames:
            accuracy = " ".join(f"{100 * frame.balanced_accuracy:.1f}" for frame in frames)
            bar.set_postfix_str(f"balanced accuracy {accuracy}", refresh=False)
        at = time.monotonic()
        if at - self._shown_at >= (0.1 if sys.stderr.isatty() else 5.0):
            self._shown_at = at
            bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()


def run_here(store: RunStore, run_id: str, ranks: Ranks, console: Console) -> ExperimentRecord:
    """Train in this process; Ctrl-C or SIGTERM ask for a stop, a second Ctrl-C insists."""
    if ranks.first and not store.locked(run_id):
        store.clear_stop(run_id)  # of an earlier run that was killed before it could
    try:
        with _gentle_signals(store, run_id, ranks):
            return execute(store, run_id, console, ranks=ranks)
    finally:
        console.close()


@contextmanager
def _gentle_signals(store: RunStore, run_id: str, ranks: Ranks) -> Iterator[None]:
    """Turn Ctrl-C into a request to stop; only rank 0 decides, the others wait for its word."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked_at: list[float] = []

    def ask(number: int, _frame: object) -> None:
        at = time.monotonic()
        if asked_at and at - asked_at[0] > AGAIN and number == signal.SIGINT and not ranks.several:
            raise KeyboardInterrupt
        if ranks.first and not asked_at:
            try:
                store.request_stop(run_id)
            except HarmonyError:  # no room to write down the wish
                raise KeyboardInterrupt from None
        asked_at.append(at)

    watched = [signal.SIGINT, *([signal.SIGTERM] if ranks.first else [])]
    before = {number: signal.signal(number, ask) for number in watched}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
