"""A look at a file that goes on in a process of its own: start it, watch it, cancel it.

The server never reads a visitor's file itself: a crash, a hang or a lack of memory there ends one
process and becomes one sentence.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from dataclasses import dataclass, replace

from ...processes import close_pipes, start_module
from .worker import SMALLER, Request

WORKER = "harmony_core.inspection.process.worker"
AT_ONCE = 2
"""Processes of all visitors together; others wait."""
LONGEST = 1_800.0
"""Seconds after which a process is given up."""
slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Status:
    """How far a job is."""

    state: str = "waiting"
    """``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``."""
    message: str = "Waiting for another file to be finished"
    share: float | None = None
    stages: int = 0
    """How often the result file has grown."""
    error: str = ""

    @property
    def active(self) -> bool:
        return self.state in ("waiting", "running")


class Job:
    """One process for one `Request`; it starts at once unless others are running."""

    def __init__(self, request: Request, longest: float = LONGEST) -> None:
        self.request = request
        self.started = time.monotonic()
        self._longest = longest
        self._status = Status()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="inspection")
        self._thread.start()

    @property
    def status(self) -> Status:
        with self._lock:
            return self._status

    @property
    def seconds(self) -> float:
        """Seconds since the job was created."""
        return time.monotonic() - self.started

    def cancel(self) -> None:
        """End the process; the result file stays."""
        with self._lock:
            if not self._status.active:
                return
            self._status = replace(self._status, state="cancelled")
            if self._process is not None:
                with contextlib.suppress(OSError):
                    self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so many seconds; returns whether it has ended."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            while not slots.acquire(timeout=0.1):
                if not self.status.active:
                    return
            try:
                self._watch()
            finally:
                slots.release()
        finally:
            self._ended.set()

    def _watch(self) -> None:
        with self._lock:
            if not self._status.active:
                return
            try:
                process = self._process = start_module(WORKER, self.request.to_json())
            except OSError as error:
                self._fail(f"Expected to start a process, but got: {error.strerror or error}.")
                return
            self._status = replace(self._status, state="running", message="Getting ready")
        late = threading.Timer(self._longest, self._give_up)
        late.daemon = True
        late.start()
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self._hear(line)
            code = process.wait()
        finally:
            late.cancel()
            close_pipes(process)
        with self._lock:
            if self._status.active:
                self._fail(
                    "Expected to get to the end of the file, but the process that reads it broke "
                    f"off (status {code}), most likely for lack of memory. {SMALLER}"
                )

    def _hear(self, line: str) -> None:
        try:
            line_read = json.loads(line)
        except ValueError:
            return
        with self._lock:
            now = self._status
            if not isinstance(line_read, dict) or not now.active:
                return
            if "error" in line_read:
                self._fail(str(line_read["error"]))
            elif "done" in line_read:
                self._status = replace(now, state="done", stages=now.stages + 1)
            elif "stage" in line_read:
                self._status = replace(now, stages=now.stages + 1)
            else:
                self._status = replace(
                    now, message=str(line_read.get("message", "")), share=line_read.get("share")
                )

    def _give_up(self) -> None:
        with self._lock:
            if self._status.active:
                self._fail(
                    f"Expected to be finished within {self._longest / 60:.0f} minutes, but was "
                    f"not. {SMALLER}"
                )
                if self._process is not None:
                    with contextlib.suppress(OSError):
                        self._process.kill()

    def _fail(self, text: str) -> None:
        self._status = replace(self._status, state="failed", error=text)
