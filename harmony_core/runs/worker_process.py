"""A worker process as the server sees it: start it, hand it an experiment, end it.

The process (`worker`) is a fresh interpreter, neither a fork nor a child of `multiprocessing`,
which would import the server's main script again: for a page, that would be the page.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from ..processes import close_pipes, end_process, start_module

SECONDS_TO_EXIT = 3.0
SHUT_DOWN = "The server was shut down. Resume it to continue from its last checkpoint."


class WorkerProcess:
    """One worker for the experiments in the folder ``root``, restarted when it has died.

    ``threads`` limits how many threads it computes with; by default there is one for each core.

    One thread calls `start`, `train` and `end`; any other may call `close` and read `ready` and
    `pid`. `start` and `train` return what happened to the process as one sentence for the user, or
    an empty string if it is well.
    """

    def __init__(self, root: Path, threads: int | None = None) -> None:
        self.ready = False
        """Whether the process is warm."""
        self._root = root
        self._environment = {"GOMP_SPINCOUNT": "0"}
        if threads is not None:
            self._environment["OMP_NUM_THREADS"] = str(threads)
        self._process: subprocess.Popen[str] | None = None
        self._closing = threading.Event()

    @property
    def pid(self) -> int | None:
        """The process id, or None before the first start."""
        return None if self._process is None else self._process.pid

    def start(self) -> str:
        """Start a process, in place of an earlier one, and wait until it is warm."""
        self.end()
        if self._closing.is_set():
            return SHUT_DOWN
        try:
            self._process = start_module(
                "harmony_core.runs.worker",
                str(self._root.resolve()),
                quiet=False,
                own_session=True,  # Ctrl-C is for the server, which ends its workers itself
                environment=self._environment,
            )
        except OSError as error:
            return f"Expected to start a worker, but got: {error.strerror or error}. Resume later."
        if self._closing.is_set():
            end_process(self._process, SECONDS_TO_EXIT)
        failure = self._wait_for(self._process, "ready")
        self.ready = not failure
        return failure

    def train(self, run_id: str) -> str:
        """Train an experiment and wait until it is finished; a dead process is restarted first."""
        process = self._process
        if process is None or not self.ready or process.poll() is not None:
            failure = self.start()
            process = self._process
            if failure or process is None:
                return failure
        assert process.stdin is not None
        with suppress(OSError, ValueError):  # if the process has died, the answer below is missing
            process.stdin.write(json.dumps(run_id) + "\n")
            process.stdin.flush()
        return self._wait_for(process, run_id)

    def end(self) -> None:
        """End the process and close its pipes, if there is one."""
        self.ready = False
        if self._process is not None:
            end_process(self._process, SECONDS_TO_EXIT)
            close_pipes(self._process)

    def close(self) -> None:
        """End the process for good, gently first: what `train` waits for ends with it."""
        self._closing.set()
        if self._process is not None:
            end_process(self._process, SECONDS_TO_EXIT)

    def _wait_for(self, process: subprocess.Popen[str], answer: str) -> str:
        """Wait until the process answers; how it ended if it ends instead."""
        assert process.stdout is not None
        if process.stdout.readline() == json.dumps(answer) + "\n":
            return ""
        self.end()
        return SHUT_DOWN if self._closing.is_set() else _how_it_ended(process.returncode)


def _how_it_ended(code: int) -> str:
    how = f"ended with exit code {code}"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        how = f"was ended by {name}"
        if name == "SIGKILL":
            how += ", often a sign of too little memory"
    return (
        f"Expected the worker to finish the experiment, but it {how}. "
        "Resume it to continue from its last checkpoint."
    )
