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
from pathlib import Path

from ...processes import close_pipes, start_module
from ...quotas import MB, MB_A_SECOND, quotas
from .worker import SMALLER, Request

WORKER = "harmony_core.inspection.process.worker"
AT_ONCE = 3
"""Processes of all visitors together; others wait."""
LONGEST = 1_800.0
"""Seconds after which a process is given up; a pilot gets at least `SPARE` more than its budget."""
SPARE = 600.0
slots = threading.BoundedSemaphore(AT_ONCE)
_at_work: set[str] = set()
_turns = threading.Lock()


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
    columns: tuple[str, ...] = ()
    """To choose the label from, where that is what is missing; the likeliest first."""
    likely: int = 0
    """How many of them could hold labels."""

    @property
    def active(self) -> bool:
        return self.state in ("waiting", "running")


class Job:
    """One process for one `Request`; it starts at once unless others are running.

    A ``visitor`` has one process at a time; the next waits for it.
    """

    def __init__(self, request: Request, visitor: str = "", longest: float = LONGEST) -> None:
        self.request = request
        self._visitor = visitor
        self.started = time.monotonic()
        own = request.options.budget + SPARE if request.pilot else 0.0
        self._longest = max(longest, own)
        counts_first = not request.pilot and request.export is None
        self._to_read = seconds_to_read(Path(request.file)) if counts_first else self._longest
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
            while not _take_turn(self._visitor):
                time.sleep(0.1)
                if not self.status.active:
                    return
            try:
                self._watch()
            finally:
                _end_turn(self._visitor)
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
        reading = threading.Timer(self._to_read, self._give_up, (self._to_read, True))
        late = threading.Timer(self._longest, self._give_up, (self._longest,))
        for timer in (reading, late):
            timer.daemon = True
            timer.start()
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self._hear(line)
                if self.status.stages:
                    reading.cancel()
            code = process.wait()
        finally:
            reading.cancel()
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
                self._fail(
                    str(line_read["error"]),
                    tuple(map(str, line_read.get("columns", ()))),
                    int(line_read.get("likely", 0)),
                )
            elif "done" in line_read:
                self._status = replace(now, state="done", stages=now.stages + 1)
            elif "stage" in line_read:
                self._status = replace(now, stages=now.stages + 1)
            else:
                self._status = replace(
                    now, message=str(line_read.get("message", "")), share=line_read.get("share")
                )

    def _give_up(self, seconds: float, reading: bool = False) -> None:
        with self._lock:
            if self._status.active:
                what = "to have counted the classes" if reading else "to be finished"
                limit = f"{seconds / 60:.0f} minutes" if seconds > 100 else f"{seconds:.0f} seconds"
                self._fail(f"Expected {what} within {limit}, but was not. {SMALLER}")
                if self._process is not None:
                    with contextlib.suppress(OSError):
                        self._process.kill()

    def _fail(self, text: str, columns: tuple[str, ...] = (), likely: int = 0) -> None:
        self._status = replace(
            self._status, state="failed", error=text, columns=columns, likely=likely
        )


def seconds_to_read(path: Path) -> float:
    """Seconds after which counting the classes of a file is given up."""
    given = quotas()
    try:
        files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
        megabytes = sum(file.stat().st_size for file in files) / MB
    except OSError:
        megabytes = 0.0
    return given.reading_seconds + megabytes / MB_A_SECOND


def _take_turn(visitor: str) -> bool:
    with _turns:
        if (visitor and visitor in _at_work) or not slots.acquire(blocking=False):
            return False
        _at_work.add(visitor)
        return True


def _end_turn(visitor: str) -> None:
    with _turns:
        _at_work.discard(visitor)
        slots.release()
