"""A worker process as the server sees it: start it, hand it an experiment, end it.

The process (`worker`) is a fresh interpreter, neither a fork nor a child of `multiprocessing`,
which would import the server's main script again: for a page, that would be the page.
"""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..processes import close_pipes, end_process, start_module

SECONDS_TO_EXIT = 3.0
SECONDS_OF_SILENCE = 60.0
"""A worker that gives no sign of life for so long is ended: it gives one every second."""
LOOK = 0.5
"""Seconds between two looks at a request to stop."""
ALIVE = '"alive"\n'
STOPPED_LATE = "The worker did not act on the request to stop and was ended."
SILENT = (
    "Expected a sign of life from the worker every second, but got none for "
    f"{SECONDS_OF_SILENCE:.0f} s, and it was ended. Resume it to continue from its last checkpoint."
)
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
        self._answers = _Answers()
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
        assert self._process.stdout is not None
        self._answers = _Answers()
        threading.Thread(
            target=self._answers.read, args=(self._process.stdout,), daemon=True
        ).start()
        if self._closing.is_set():
            end_process(self._process, SECONDS_TO_EXIT)
        failure = self._wait_for(self._process, "ready")
        self.ready = not failure
        return failure

    def train(self, run_id: str, overdue: Callable[[], bool] = lambda: False) -> str:
        """Train an experiment and wait until it is finished; a dead process is restarted first.

        The process is ended once ``overdue()``, or if it is silent for `SECONDS_OF_SILENCE`.
        """
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
        return self._wait_for(process, run_id, overdue)

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

    def _wait_for(
        self,
        process: subprocess.Popen[str],
        answer: str,
        overdue: Callable[[], bool] = lambda: False,
    ) -> str:
        """Wait until the process answers; how it ended if it ends instead, or has to be ended."""
        answers, problem = self._answers, ""
        while not problem:
            line = answers.next(LOOK)
            if line == json.dumps(answer) + "\n":
                return ""
            if line is not None:
                break
            if answers.silence() > SECONDS_OF_SILENCE:
                problem = SILENT
            elif overdue():
                problem = STOPPED_LATE
        if problem:
            process.kill()
        self.end()
        if self._closing.is_set():
            return SHUT_DOWN
        return problem or _how_it_ended(process.returncode)


class _Answers:
    """What a process answers, and when it last gave a sign of life."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._heard = time.monotonic()

    def read(self, lines: IO[str]) -> None:
        """Take in the lines of a process until it ends, and an empty one then."""
        with suppress(OSError, ValueError):
            for line in lines:
                self._heard = time.monotonic()
                if line != ALIVE:
                    self._lines.put(line)
        self._lines.put("")

    def next(self, seconds: float) -> str | None:
        """The next answer, or None if there is none for so many seconds."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def silence(self) -> float:
        """Seconds since the last sign of life."""
        return time.monotonic() - self._heard


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
