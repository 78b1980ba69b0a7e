"""The queue of experiments that wait for a worker process.

Each worker has a thread of its own that hands it one experiment after another, so a worker that
dies costs one experiment and no other.
"""

from __future__ import annotations

import atexit
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

from filelock import BaseFileLock

from ..errors import HarmonyError, RunError
from ..experiments.complete import check_trainable
from ..quotas import Quotas
from .damage import to_mend
from .embedding.background import LastMaps
from .record import now
from .store import RunStore
from .turns import Overdue, Turns
from .worker_process import SECONDS_TO_EXIT, SHUT_DOWN, WorkerProcess

GAVE_UP = (
    "Expected the worker to finish the experiment, but it could not write its record. "
    "Check that the runs folder can be written and its disk has room, then resume."
)


class JobQueue:
    """Runs experiments of ``store`` in ``workers`` processes, owner by owner.

    The next one is of the owner with the fewest in training, among those of the owner served
    longest ago, and of his the first to come; experiments of one owner are first come, first
    served. ``quotas`` limit how many wait for an owner and how long one trains; those without an
    owner are the operator's and may wait in any number.

    It holds an experiment's lock from `submit` until the experiment ends, so that others see it is
    owned. Safe to use from several threads.
    """

    def __init__(
        self,
        store: RunStore,
        workers: int = 1,
        ended: Callable[[str], None] | None = None,
        *,
        quotas: Quotas | None = None,
    ) -> None:
        """``ended`` is called with the id of each experiment that a worker has ended."""
        self.store = store
        self._ended = ended
        self._quotas = quotas
        self._turns = Turns(store.owner)
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._running: set[str] = set()
        self._locks: dict[str, BaseFileLock] = {}
        self._resubmitted: set[str] = set()
        self._closed = False
        self._cut_short: set[str] = set()
        """Asked to stop by `shutdown`."""
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
        stopped. One that is done is queued only if its files are damaged. Raises `RunError` if the
        queue is shut down, the experiment is done and whole, or another process runs it.
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
                check_trainable(record.config)
                self._check_room(run_id)
                if record.state == "done":
                    record = record.replace(repeat=to_mend(self.store, record))
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
        """Stop an experiment soon; a waiting one leaves the queue at once.

        A worker that has not stopped after `turns.SECONDS_TO_STOP` is ended, which leaves the
        experiment at its last checkpoint.
        """
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
            order = self._turns.order(self._waiting, self._running)
            return order.index(run_id) + 1 if run_id in order else None

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

    def counts(self) -> tuple[int, int]:
        """How many experiments train, and how many wait."""
        with self._changed:
            return len(self._running), len(self._waiting)

    def shutdown(self, patience: float = 0) -> None:
        """End all workers; waiting and running experiments are interrupted and can be resumed.

        The running ones get ``patience`` seconds to write a checkpoint.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiting, self._waiting = self._waiting, []
            for run_id in waiting:
                self._release(run_id, "interrupted", SHUT_DOWN)
            self._changed.notify_all()
            if patience:
                self._cut_short_running()
                self._changed.wait_for(lambda: not self._running, patience)
        for worker, thread in zip(self._workers, self._threads, strict=True):
            worker.close()
            if self._started:
                thread.join(SECONDS_TO_EXIT)

    def _cut_short_running(self) -> None:
        for run_id in self._running:
            with suppress(HarmonyError):
                if not self.store.stop_requested(run_id):
                    self.store.request_stop(run_id)
                    self._cut_short.add(run_id)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    def _serve(self, worker: WorkerProcess) -> None:
        """Hand one experiment after another to ``worker``, until the queue is shut down."""
        worker.start()
        while (run_id := self._next()) is not None:
            failure = worker.train(run_id, self._overdue(run_id))
            if failure and self._not_begun(run_id):  # the worker had died before
                failure = worker.train(run_id, self._overdue(run_id))
            self._finished(run_id, failure)
            if self._ended is not None:
                self._ended(run_id)
            if failure:
                worker.start()
        worker.end()

    def _overdue(self, run_id: str) -> Overdue:
        minutes = self._quotas.wall_minutes if self._quotas is not None else math.inf
        return Overdue(self.store, run_id, 60 * minutes)

    def _check_room(self, run_id: str) -> None:
        """Raise `RunError` if the owner of an experiment has as many here as he may."""
        owner = self.store.owner(run_id)
        if self._quotas is None or not owner:
            return
        most = int(self._quotas.waiting_runs) + 1
        here = sum(self.store.owner(other) == owner for other in self._locks)
        if here >= most:
            raise RunError(
                f"Expected at most {most} experiments of yours to train or wait at a time, as "
                "others use this server too, but got another one. Wait for one of them, or stop it."
            )

    def _not_begun(self, run_id: str) -> bool:
        with suppress(HarmonyError):
            return not self._closed and self.store.get(run_id).state == "queued"
        return False

    def _next(self) -> str | None:
        """Wait for the next experiment; None once the queue is shut down."""
        with self._changed:
            while not self._closed:
                if self._waiting:
                    run_id = self._turns.next(self._waiting, self._running)
                    self._waiting.remove(run_id)
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
            self._changed.notify_all()
            if run_id in self._resubmitted:
                self._resubmitted.discard(run_id)
                with suppress(HarmonyError):
                    if self.store.get(run_id).state == "stopped":
                        self.submit(run_id)

    def _release(self, run_id: str, state: str, error: str) -> None:
        """Unlock an experiment; if its record still says queued or running, it gets ``state``."""
        note = ""
        with suppress(HarmonyError):
            asked = self.store.stop_requested(run_id) and run_id not in self._cut_short
            if state == "interrupted" and asked:
                state, error, note = "stopped", "", self.store.stop_reason(run_id)
            self.store.clear_stop(run_id)
        with suppress(HarmonyError):
            record = self.store.get(run_id)
            if record.active:
                self.store.release_reserve(run_id)
                self.store.save(
                    record.replace(
                        state=state,
                        message="",
                        error=error,
                        finished=now(),
                        note=note or record.note,
                    )
                )
            elif record.state == "stopped" and run_id in self._cut_short:
                self.store.save(record.replace(state="interrupted", error=SHUT_DOWN))
        self._locks.pop(run_id).release()

    def _announce(self) -> None:
        """Write into the record of each waiting experiment how many are before it."""
        order = self._turns.order(self._waiting, self._running)
        for ahead, run_id in enumerate(order, start=len(self._running)):
            message = "starting" if ahead < self.workers else f"waiting: {ahead} before it"
            with suppress(HarmonyError):
                record = self.store.get(run_id)
                if record.message != message:
                    self.store.save(record.replace(message=message))


def shared_queue(
    store: RunStore, quotas: Quotas | None = None, ended: Callable[[str], None] | None = None
) -> JobQueue:
    """The one queue of this process for the runs folder of ``store``.

    The first call sets the quotas, and ``ended``, which is called with each experiment that ends.
    The environment variable ``HARMONY_WORKERS`` sets the number of workers, 1 by default. The queue
    survives a reload of this module, which a server does when a source file changes.
    """
    with _shared_queues() as queues:
        key = str(store.root.resolve())
        if key not in queues:
            last_maps = LastMaps(store)

            def all_ended(run_id: str) -> None:
                last_maps.ended(run_id)
                if ended is not None:
                    ended(run_id)

            queues[key] = JobQueue(store, _worker_count(), all_ended, quotas=quotas)
            atexit.register(queues[key].shutdown)
        return queues[key]


def shut_down_all(patience: float) -> None:
    """Shut down every queue of this process: what trains gets ``patience`` seconds to stop."""
    with _shared_queues() as queues:
        all_queues = list(queues.values())
    for queue in all_queues:
        queue.shutdown(patience)


@contextmanager
def _shared_queues() -> Iterator[dict[str, JobQueue]]:
    """The queues of this process by folder, for one thread at a time."""
    registry = sys.modules.setdefault("harmony_core_queues", ModuleType("harmony_core_queues"))
    with registry.__dict__.setdefault("lock", threading.Lock()):
        queues: dict[str, JobQueue] = registry.__dict__.setdefault("queues", {})
        yield queues


def _worker_count() -> int:
    text = os.environ.get("HARMONY_WORKERS", "1")
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise RunError(
            f"Expected HARMONY_WORKERS to be from 1 to 64, but got {text!r}. "
            "Set it to a number of processes, or unset it for one."
        )
    return int(text)
