"""Train runs in worker processes of this machine.

Each worker (`runs.worker_process`) has a thread of its own that hands it one run after another, so
a worker that dies costs one run and no other.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable

from ..errors import HarmonyError
from ..runs.record import ExperimentRecord, now
from ..runs.store import RunStore
from ..runs.worker_process import WorkerProcess
from .schedule import PlannedRun

Finished = Callable[[PlannedRun, ExperimentRecord], Iterable[PlannedRun]]
"""Called in the main thread with each run that has ended; returns runs to train in addition."""
MOST_BY_DEFAULT = 8
"""Workers that a study takes unless it is told how many."""
SECONDS_BETWEEN_LOOKS = 0.2


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalRunner:
    """Trains runs of ``store`` in ``workers`` processes, which share the cores evenly."""

    def __init__(self, store: RunStore, workers: int) -> None:
        self.store = store
        self._waiting: deque[PlannedRun] = deque()
        self._running: set[str] = set()
        self._ended: queue.Queue[tuple[PlannedRun, ExperimentRecord | Exception]] = queue.Queue()
        self._lock = threading.Condition()
        self._closed = self._stopping = False
        threads = max(1, cores() // workers)
        self._workers = [WorkerProcess(store.root, threads) for _ in range(workers)]

    def run(self, planned: Iterable[PlannedRun], finished: Finished) -> None:
        """Train all runs, and those that ``finished`` returns.

        Ctrl-C stops the runs with a checkpoint each and raises `KeyboardInterrupt` once they have
        ended; an error of ``finished`` does the same.
        """
        self._waiting.extend(planned)
        left = len(self._waiting)
        threads = [
            threading.Thread(target=self._serve, args=(worker,), daemon=True)
            for worker in self._workers[: max(left, 1)]
        ]
        for thread in threads:
            thread.start()
        try:
            while left:
                run, record = self._next_ended()
                left -= 1
                if isinstance(record, Exception):
                    raise record
                more = list(finished(run, record))
                left += len(more)
                with self._lock:
                    self._waiting.extend(more)
                    self._lock.notify_all()
        except BaseException:
            self._stop(threads)
            raise
        finally:
            self._close(threads)

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def _next_ended(self) -> tuple[PlannedRun, ExperimentRecord | Exception]:
        while True:  # a wait without limit would not be interrupted by Ctrl-C everywhere
            try:
                return self._ended.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                continue

    def _stop(self, threads: list[threading.Thread]) -> None:
        """Ask the running runs to stop with a checkpoint, and wait until they have."""
        with self._lock:
            self._stopping = self._closed = True
            for run_id in self._running:
                try:
                    self.store.request_stop(run_id)
                except HarmonyError:  # the disk is full: their workers are ended below
                    return
            self._lock.notify_all()
        for thread in threads:
            while thread.is_alive():
                thread.join(SECONDS_BETWEEN_LOOKS)

    def _close(self, threads: list[threading.Thread]) -> None:
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        for worker in self._workers:
            worker.close()
        for thread in threads:
            thread.join()

    def _serve(self, worker: WorkerProcess) -> None:
        """Hand one run after another to ``worker``, until the runner is closed."""
        while (run := self._next()) is not None:
            try:
                self._ended.put((run, self._train(worker, run)))
            except Exception as error:  # noqa: BLE001 - raised again in the main thread
                self._ended.put((run, error))
        worker.end()

    def _next(self) -> PlannedRun | None:
        with self._lock:
            while not self._closed:
                if self._waiting:
                    return self._waiting.popleft()
                self._lock.wait()
            return None

    def _train(self, worker: WorkerProcess, run: PlannedRun) -> ExperimentRecord:
        """Train one run, new or continued; its record afterwards."""
        store = self.store
        run_id = run.run_id or store.create(run.config, run.title).id
        with store.running(run_id):
            with self._lock:
                store.clear_stop(run_id)
                if self._stopping:
                    return store.get(run_id).replace(state="stopped")
                self._running.add(run_id)
            failure = worker.train(run_id)
            with self._lock:
                self._running.discard(run_id)
            record = store.get(run_id)
            if record.active:  # the worker died, or could not write that it ended
                record = record.replace(
                    state="interrupted", message="", error=failure, finished=now()
                )
                store.save(record)
            return record
