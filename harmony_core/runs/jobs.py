"""A queue of experiments and the warm worker processes that train them.

A worker is a fresh interpreter (`worker`), not a fork and not a child of `multiprocessing`: that
would import the server's main script again, which for a page would be the page. Each slot is one
worker and the thread that drives it, so a worker that dies costs one experiment and no other.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from types import ModuleType

from filelock import BaseFileLock

from ..errors import HarmonyError, RunError
from ..processes import close_pipes, end_process, start_module
from .record import now
from .store import RunStore

SECONDS_TO_LEAVE = 3.0
SHUT_DOWN = "The server was shut down. Resume it to go on from its last checkpoint."
GAVE_UP = (
    "Expected the worker to finish the experiment, but it could not write its record. "
    "Check that the runs folder can be written and its disk has room, then resume."
)


class JobQueue:
    """Runs experiments of ``store`` in ``workers`` processes, first come, first served.

    It holds an experiment's lock from `submit` until it is finished, so that everybody can see that
    it is cared for. Safe to use from several threads.
    """

    def __init__(self, store: RunStore, workers: int = 1) -> None:
        self.store = store
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._running: dict[str, _Slot] = {}
        self._locks: dict[str, BaseFileLock] = {}
        self._again: set[str] = set()
        self._closed = False
        self._slots = [_Slot(self, number) for number in range(workers)]

    def submit(self, run_id: str) -> None:
        """Queue an experiment that is new, stopped, failed or interrupted.

        One that is waiting or running here already stays where it is. A stop that was asked for
        is taken back; if it comes too late for that, the experiment is queued again once stopped.
        """
        with self._changed:
            if self._closed:
                raise RunError("Expected an open queue, but it was shut down. Restart the server.")
            if run_id in self._locks:
                stopping = self.store.stop_requested(run_id) or not self.store.get(run_id).active
                self.store.clear_stop(run_id)
                if stopping:  # its worker may have seen it already, and be about to leave
                    self._again.add(run_id)
                return
            lock = self.store.lock(run_id)
            self.store.take(lock, run_id, "Wait for it, or stop it first")
            try:
                record = self.store.get(run_id)
                if record.state == "done":
                    raise RunError(
                        f"Expected an experiment that can go on, but {run_id} is done. "
                        "Start a new one with its config to repeat it."
                    )
                self.store.clear_stop(run_id)
                self.store.save(
                    record.but(state="queued", message="starting", error="", finished="")
                )
            except BaseException:
                lock.release()
                raise
            self._locks[run_id] = lock
            self._waiting.append(run_id)
            self._announce()
            self._start()
            self._changed.notify_all()

    def stop(self, run_id: str) -> None:
        """Stop an experiment soon; one that waits leaves the queue at once."""
        with self._changed:
            self._again.discard(run_id)
            if run_id in self._waiting:
                self._waiting.remove(run_id)
                self._leave(run_id, "stopped", "")
                self._announce()
            else:
                self.store.request_stop(run_id)

    def position(self, run_id: str) -> int | None:
        """0: running; n: the n-th of those that wait; None: not in this queue."""
        with self._changed:
            if run_id in self._running:
                return 0
            return self._waiting.index(run_id) + 1 if run_id in self._waiting else None

    def warm(self) -> None:
        """Start the workers now, without waiting for them."""
        with self._changed:
            if not self._closed:
                self._start()

    def ready(self) -> bool:
        """Whether a worker is warm."""
        return any(slot.ready for slot in self._slots)

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [slot.process.pid for slot in self._slots if slot.process is not None]

    def shutdown(self) -> None:
        """End all workers; what waited or ran is interrupted and can be resumed."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiting, self._waiting = self._waiting, []
            for run_id in waiting:
                self._leave(run_id, "interrupted", SHUT_DOWN)
            self._changed.notify_all()
        for slot in self._slots:
            slot.close()

    def _start(self) -> None:
        for slot in self._slots:
            slot.start()

    def _next(self, slot: _Slot) -> str | None:
        """The next experiment for ``slot``; waits for one; None when the queue is shut down."""
        with self._changed:
            while not self._closed:
                if self._waiting:
                    run_id = self._waiting.pop(0)
                    self._running[run_id] = slot
                    self._announce()
                    return run_id
                self._changed.wait()
            return None

    def _finished(self, run_id: str, died: str) -> None:
        """A slot is done with an experiment; ``died`` says how its worker ended, if it did."""
        with self._changed:
            self._running.pop(run_id, None)
            self._leave(run_id, "interrupted", died or GAVE_UP)
            if run_id in self._again:
                self._again.discard(run_id)
                with suppress(HarmonyError):
                    if self.store.get(run_id).state == "stopped":
                        self.submit(run_id)

    def _leave(self, run_id: str, state: str, error: str) -> None:
        """Give up an experiment; one that still says it is waiting or running gets ``state``."""
        with suppress(HarmonyError):
            self.store.clear_stop(run_id)
        with suppress(HarmonyError):
            record = self.store.get(run_id)
            if record.active:
                error = error or ("" if state == "stopped" else "The worker gave it up.")
                self.store.save(record.but(state=state, message="", error=error, finished=now()))
        self._locks.pop(run_id).release()

    def _announce(self) -> None:
        """Tell those that wait how many are before them."""
        busy = len(self._running)
        for ahead, run_id in enumerate(self._waiting, start=busy):
            free = ahead < len(self._slots)
            message = "starting" if free else f"waiting: {ahead} before it"
            with suppress(HarmonyError):
                record = self.store.get(run_id)
                if record.message != message:
                    self.store.save(record.but(message=message))


class _Slot:
    """One worker and the thread that drives it."""

    def __init__(self, jobs: JobQueue, number: int) -> None:
        self.jobs = jobs
        self.ready = False
        self.process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(
            target=self._drive, name=f"harmony-worker-{number}", daemon=True
        )
        self._started = False
        self._closing = threading.Event()

    def start(self) -> None:
        if not self._started:
            self._started = True
            self._thread.start()

    def close(self) -> None:
        """End the worker, gently first, and wait until it is gone."""
        self._closing.set()
        process = self.process
        if process is not None:
            end_process(process, SECONDS_TO_LEAVE)
        if self._started:
            self._thread.join(SECONDS_TO_LEAVE)

    def _drive(self) -> None:
        died = self._launch()
        while (run_id := self.jobs._next(self)) is not None:
            if died or self.process is None or self.process.poll() is not None:
                died = self._launch()
            died = died or self._train(run_id)
            self.jobs._finished(run_id, died)
            if died:
                died = self._launch()
        if self.process is not None:
            _bury(self.process)

    def _launch(self) -> str:
        """Start a worker and wait until it is warm; how it ended, if it did."""
        self.ready = False
        if self.process is not None:
            _bury(self.process)
        if self._closing.is_set():
            return SHUT_DOWN
        try:
            self.process = start_module(
                "harmony_core.runs.worker",
                str(self.jobs.store.root.resolve()),
                quiet=False,
                own_session=True,  # Ctrl-C is the server's; it ends the workers itself
                environment={"GOMP_SPINCOUNT": "0"},
            )
        except OSError as error:
            return f"Expected to start a worker, but got: {error.strerror or error}. Resume later."
        if self._closing.is_set():
            end_process(self.process, SECONDS_TO_LEAVE)
        died = self._expect("ready")
        self.ready = not died
        return died

    def _train(self, run_id: str) -> str:
        process = self.process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError, ValueError):  # a worker that is gone is found out below
            process.stdin.write(json.dumps(run_id) + "\n")
            process.stdin.flush()
        return self._expect(run_id)

    def _expect(self, word: str) -> str:
        """Wait for the worker to say ``word``; if it ends instead, how it did."""
        process = self.process
        assert process is not None
        assert process.stdout is not None
        if process.stdout.readline() == json.dumps(word) + "\n":
            return ""
        self.ready = False
        _bury(process)
        return _obituary(process.returncode, closing=self._closing.is_set())


def _bury(process: subprocess.Popen[str]) -> None:
    """Make a worker leave and stop listening to it; only the thread that listens does this."""
    end_process(process, SECONDS_TO_LEAVE)
    close_pipes(process)


def _obituary(code: int, *, closing: bool) -> str:
    if closing:
        return SHUT_DOWN
    how = f"ended with exit code {code}"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        how = f"was ended by {name}"
        if name == "SIGKILL":
            how += ", often a sign of too little memory"
    return (
        f"Expected the worker to finish the experiment, but it {how}. "
        "Resume it to go on from its last checkpoint."
    )


def shared_queue(store: RunStore) -> JobQueue:
    """The one queue of this process for the runs folder of ``store``.

    ``HARMONY_WORKERS`` of the environment sets the number of workers, 1 by default. The queue
    outlives a reload of this module, as a server does that watches its files.
    """
    home = sys.modules.setdefault("harmony_core_queues", ModuleType("harmony_core_queues"))
    with home.__dict__.setdefault("lock", threading.Lock()):
        queues: dict[str, JobQueue] = home.__dict__.setdefault("queues", {})
        key = str(store.root.resolve())
        if key not in queues:
            queues[key] = JobQueue(store, _workers())
            atexit.register(queues[key].shutdown)
        return queues[key]


def _workers() -> int:
    text = os.environ.get("HARMONY_WORKERS", "1")
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise RunError(f"Expected HARMONY_WORKERS to be from 1 to 64, but got {text!r}.")
    return int(text)
