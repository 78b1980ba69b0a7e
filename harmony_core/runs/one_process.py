"""One child process at a time that works for the app, and the error of each request that failed.

The server never imports what is heavy. It starts a module that writes files, looks at the files,
and learns at the end whether the module succeeded.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Hashable
from pathlib import Path
from typing import Generic, TypeVar

from ..errors import RunError
from ..processes import close_pipes, start_module

Request = TypeVar("Request", bound=Hashable)


class OneProcess(ABC, Generic[Request]):
    """Runs a module for a request and keeps its error; safe to share between threads.

    The module ends with status 0, or with another one after printing a line ``{"error": "…"}``.
    """

    purpose = "a process that works"
    """What cannot be started, in an error message."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._wanted: Request | None = None
        self._process: subprocess.Popen[str] | None = None
        self._errors: dict[Request, str] = {}
        self.started = 0.0
        """When the newest process was started, in seconds since 1970."""

    @abstractmethod
    def command(self, request: Request) -> tuple[str, ...]:
        """The module to start and its arguments."""

    @abstractmethod
    def broke_off(self, status: int) -> str:
        """What to say of a process that ended with ``status`` and gave no reason."""

    def start(self, request: Request) -> None:
        """Begin with ``request``, after stopping the process of another one.

        Files that are already finished stay, so that the work can go on from there.
        """
        with self._lock:
            if self._poll() == request:
                return
            self._stop()
            self._errors.pop(request, None)
            try:
                self._process = start_module(*self.command(request))
            except OSError as error:
                raise RunError(
                    f"Expected to start {self.purpose}, but got: {error.strerror or error}. "
                    "Free some memory, then try again."
                ) from error
            self._wanted = request
            self.started = time.time()

    def current(self) -> Request | None:
        """The request in progress."""
        with self._lock:
            return self._poll()

    def error(self, request: Request) -> str:
        """Why the request failed the last time, or ``""``."""
        with self._lock:
            self._poll()
            return self._errors.get(request, "")

    def stop(self) -> None:
        """Stop; finished files stay."""
        with self._lock:
            self._stop()

    def error_of(self, output: str, status: int) -> str:
        """The error in the ``output`` of a process, or that it ended with ``status``."""
        for line in reversed(output.splitlines()):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and isinstance(value.get("error"), str):
                return str(value["error"])
        return self.broke_off(status)

    def _poll(self) -> Request | None:
        process, wanted = self._process, self._wanted
        if process is None or wanted is None:
            return None
        status = process.poll()
        if status is None:
            return wanted
        output = process.stdout.read() if process.stdout else ""
        if status:
            self._errors[wanted] = self.error_of(output, status)
        self._close()
        return None

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process is not None:
            close_pipes(self._process)
        self._process = self._wanted = None
