"""Train runs on a cluster that is reached through the scheduler of `dask.distributed`.

A task is the config of a run; a worker trains it in a folder of its own and returns the folder as
bytes, so that no disk has to be shared. The scheduler gives a task whose worker died to another
one. Harmony must be installed on every worker, and files of data must lie at the same path there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from ..config import ExperimentConfig
from ..errors import RunError
from ..extras import how_to_install
from ..runs.execute import execute
from ..runs.record import ExperimentRecord, now
from ..runs.store import RunStore
from ..scratch import scratch_folder
from .local import Finished
from .packed_run import pack, unpack
from .schedule import PlannedRun

SECONDS_TO_CONNECT = 10
_one_at_a_time = threading.Lock()


def train_and_pack(config: str, title: str) -> bytes:
    """Train a config, given as JSON, in this process; the run's folder as bytes, also if it failed.

    Threads of one process take turns, as a training sets how many threads torch uses.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # spinning threads slow down other processes
    with _one_at_a_time, scratch_folder() as folder:
        store = RunStore(folder)
        record = store.create(ExperimentConfig.from_json(config), title)
        execute(store, record.id)
        return pack(store, record.id)


class ClusterRunner:
    """Trains runs on the workers of a scheduler and puts them into ``store``."""

    def __init__(self, store: RunStore, address: str) -> None:
        self.store = store
        self.address = address

    def run(self, planned: Iterable[PlannedRun], finished: Finished) -> None:
        """Train all runs, and those that ``finished`` returns; a run with an id starts afresh.

        Ctrl-C withdraws what has not been started; what workers train then is lost.
        """
        client, as_completed = _connect(self.address)
        try:
            runs: dict[str, PlannedRun] = {}

            def submit(run: PlannedRun) -> Any:
                key = f"harmony-{uuid4().hex}"
                runs[key] = run
                text = run.config.to_json()
                return client.submit(train_and_pack, text, run.title, key=key, pure=False)

            waiting = as_completed([submit(run) for run in planned], loop=client.loop)
            for future in waiting:
                run = runs.pop(future.key)
                record = self._received(future, run)
                future.release()
                if run.run_id and run.run_id != record.id:
                    self.store.delete(run.run_id)
                for more in finished(run, record):
                    waiting.add(submit(more))
        finally:
            client.close()

    def _received(self, future: Any, run: PlannedRun) -> ExperimentRecord:
        """The record of a run that has ended, once its folder is in the store."""
        error = future.exception()
        if error is None:
            return unpack(self.store, future.result())
        kind, text = type(error).__name__, " ".join(str(error).split())[:300]
        message = (
            f"Expected a worker of the cluster to train the run, but got {kind}: {text}. "
            "See the worker's log, then run the study again."
        )
        record = self.store.create(run.config, run.title)
        with self.store.running(record.id):
            record = record.replace(state="failed", error=message, finished=now())
            self.store.save(record)
        return record


def _connect(address: str) -> tuple[Any, Any]:
    """A client of the scheduler, and what yields its futures as they end."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise RunError(
            "Expected the package `distributed` for --scheduler, but it is not installed. "
            f"Install it {how_to_install('cluster')}"
        ) from error
    try:
        connect: Any = Client
        client = connect(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise RunError(
            f"Expected a scheduler of dask.distributed at {address!r}, but got: "
            f"{' '.join(str(error).split())[:200]}. Start one with: dask scheduler"
        ) from error
    return client, as_completed
