"""The queue of experiments that wait for a worker process.

Each worker has a thread of its own that hands it one experiment after another, so a worker that
dies costs one experiment and no other.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from types import ModuleType

from filelock import BaseFileLock

from ..errors import HarmonyError, RunError
from .record import now
from .store import RunStore
from .worker_process import SECONDS_TO_EXIT, SHUT_DOWN, WorkerProcess

GAVE_UP = (
    "Expected the worker to finish the experiment, but it could not write its record. "
    "Check that the runs folder can be written and its disk has room, then resume."
)


class JobQueue:
    """Runs experiments of ``store`` in ``workers`` processes, first come, first served.

    It holds an experiment's lock from `submit` until the experiment ends, so that others see it is
    owned. Safe to use from several threads.
    """

    def __init__(self, store: RunStore, workers: int = 1) -> None:
        self.store = store
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._running: set[str] = set()
        self._locks: dict[str, BaseFileLock] = {}
        self._resubmitted: set[str] = set()
        self._closed = False
        self._workers = [WorkerProcess(store.root) for _ in range(workers)]
        self._threads = [
            threading.Thread(
                target=self._serve, args=(worker,), name=f"harmony-worker-{number}", daemon=True
            )
            for number, worker in enumerate(self._workers)
        ]
        self._started = False

    @property
    def workers(self) -> int:
        """How many experiments it trains at a time."""
        return len(self._workers)

    def submit(self, run_id: str) -> None:
        """Queue an experiment that is new, stopped, failed or interrupted.

        One that is already waiting or running here keeps its place. A pending request to stop is
        withdrawn; if the worker has already acted on it, the experiment is queued again once it has
        stopped. Raises `RunError` if the queue is shut down, the experiment is done, or another
        process runs it.
        """
        with self._changed:
            if self._closed:
                raise RunError("Expected an open queue, but it was shut down. Restart the server.")
            if run_id in self._locks:
                stopping = self.store.stop_requested(run_id) or not self.store.get(run_id).active
                self.store.clear_stop(run_id)
                if stopping:  # its worker may have seen the request and be about to stop
                    self._resubmitted.add(run_id)
                return
            lock = self.store.lock(run_id)
            self.store.acquire(lock, run_id, "Wait for it, or stop it first")
            try:
                record = self.store.get(run_id)
                if record.state == "done":
                    raise RunError(
                        f"Expected an experiment that can go on, but {run_id} is done. "
                        "Start a new one with its config to repeat it."
                    )
                self.store.clear_stop(run_id)
                self.store.save(
                    record.replace(state="queued", message="starting", error="", finished="")
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
        """Stop an experiment soon; a waiting one leaves the queue at once."""
        with self._changed:
            self._resubmitted.discard(run_id)
            if run_id in self._waiting:
                self._waiting.remove(run_id)
                self._release(run_id, "stopped", "")
                self._announce()
            else:
                self.store.request_stop(run_id)

    def position(self, run_id: str) -> int | None:
        """0 while running, n for the n-th that waits, None if it is not in this queue."""
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
        return any(worker.ready for worker in self._workers)

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def shutdown(self) -> None:
        """End all workers; waiting and running experiments are interrupted and can be resumed."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiting, self._waiting = self._waiting, []
            for run_id in waiting:
                self._release(run_id, "interrupted", SHUT_DOWN)
            self._changed.notify_all()
        for worker, thread in zip(self._workers, self._threads, strict=True):
            worker.close()
            if self._started:
                thread.join(SECONDS_TO_EXIT)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    def _serve(self, worker: WorkerProcess) -> None:
        """Hand one experiment after another to ``worker``, until the queue is shut down."""
        worker.start()
        while (run_id := self._next()) is not None:
            failure = worker.train(run_id)
            self._finished(run_id, failure)
            if failure:
                worker.start()
        worker.end()

    def _next(self) -> str | None:
        """Wait for the next experiment; None once the queue is shut down."""
        with self._changed:
            while not self._closed:
                if self._waiting:
                    run_id = self._waiting.pop(0)
                    self._running.add(run_id)
                    self._announce()
                    return run_id
                self._changed.wait()
            return None

    def _finished(self, run_id: str, failure: str) -> None:
        """Release an experiment; ``failure`` says how its worker ended, if it did."""
        with self._changed:
            self._running.discard(run_id)
            self._release(run_id, "interrupted", failure or GAVE_UP)
            if run_id in self._resubmitted:
                self._resubmitted.discard(run_id)
                with suppress(HarmonyError):
                    if self.store.get(run_id).state == "stopped":
                        self.submit(run_id)

    def _release(self, run_id: str, state: str, error: str) -> None:
        """Unlock an experiment; if its record still says queued or running, it gets ``state``."""
        with suppress(HarmonyError):
            self.store.clear_stop(run_id)
        with suppress(HarmonyError):
            record = self.store.get(run_id)
            if record.active:
                self.store.save(
                    record.replace(state=state, message="", error=error, finished=now())
                )
        self._locks.pop(run_id).release()

    def _announce(self) -> None:
        """Write into the record of each waiting experiment how many are before it."""
        for ahead, run_id in enumerate(self._waiting, start=len(self._running)):
            message = "starting" if ahead < self.workers else f"waiting: {ahead} before it"
            with suppress(HarmonyError):
                record = self.store.get(run_id)
                if record.message != message:
                    self.store.save(record.replace(message=message))


def shared_queue(store: RunStore) -> JobQueue:
    """The one queue of this process for the runs folder of ``store``.

    The environment variable ``HARMONY_WORKERS`` sets the number of workers, 1 by default. The queue
    survives a reload of this module, which a server does when a source file changes.
    """
    registry = sys.modules.setdefault("harmony_core_queues", ModuleType("harmony_core_queues"))
    with registry.__dict__.setdefault("lock", threading.Lock()):
        queues: dict[str, JobQueue] = registry.__dict__.setdefault("queues", {})
        key = str(store.root.resolve())
        if key not in queues:
            queues[key] = JobQueue(store, _worker_count())
            atexit.register(queues[key].shutdown)
        return queues[key]


def _worker_count() -> int:
    text = os.environ.get("HARMONY_WORKERS", "1")
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise RunError(
            f"Expected HARMONY_WORKERS to be from 1 to 64, but got {text!r}. "
            "Set it to a number of processes, or unset it for one."
        )
    return int(text)
