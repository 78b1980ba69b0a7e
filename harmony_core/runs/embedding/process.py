"""Pictures of embeddings that somebody waits for: one process at a time draws them.

The server never imports umap. It starts `harmony_core.runs.embedding.worker`, counts the files that
appear, and learns at the end whether it succeeded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...analysis.embedding.settings import EmbeddingSettings
from ...errors import RunError


@dataclass(frozen=True)
class Drawing:
    """What is to be drawn: these settings for one repeat of an experiment."""

    run_id: str
    repeat: int
    settings: EmbeddingSettings


class DrawingProcess:
    """Starts the process for a `Drawing` and knows how it went; safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._wanted: Drawing | None = None
        self._process: subprocess.Popen[str] | None = None
        self._errors: dict[Drawing, str] = {}

    def start(self, drawing: Drawing) -> None:
        """Begin to draw; what is being drawn for other settings or experiments is left off.

        What it has finished stays, and it can be asked for again.
        """
        with self._lock:
            if self._look() == drawing:
                return
            self._leave()
            self._errors.pop(drawing, None)
            command = [
                sys.executable, "-m", "harmony_core.runs.embedding.worker",
                str(self.root.resolve()), drawing.run_id, str(drawing.repeat),
                json.dumps(drawing.settings.to_dict()),
            ]  # fmt: skip
            home = str(Path(__file__).resolve().parents[3])
            path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
            try:
                self._process = subprocess.Popen(
                    command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path},
                )  # fmt: skip
            except OSError as error:
                raise RunError(
                    f"Expected to start a process that draws, but got: {error.strerror or error}. "
                    "Free some memory, then try again."
                ) from error
            self._wanted = drawing

    def current(self) -> Drawing | None:
        """What is being drawn."""
        with self._lock:
            return self._look()

    def error(self, drawing: Drawing) -> str:
        """Why it could not be drawn the last time, or ``""``."""
        with self._lock:
            self._look()
            return self._errors.get(drawing, "")

    def stop(self) -> None:
        """Leave off; finished pictures stay."""
        with self._lock:
            self._leave()

    def _look(self) -> Drawing | None:
        process, wanted = self._process, self._wanted
        if process is None or wanted is None:
            return None
        status = process.poll()
        if status is None:
            return wanted
        said = process.stdout.read() if process.stdout else ""
        if status:
            self._errors[wanted] = _told(said, status)
        self._close()
        return None

    def _leave(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process = self._wanted = None


def _told(said: str, status: int) -> str:
    """The error that the process printed, or that it broke off."""
    for line in reversed(said.splitlines()):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("error"), str):
            return str(told["error"])
    return (
        f"Expected the drawing of the embedding to end well, but it broke off with status {status}"
        ". Draw it again; if that fails too, fewer samples (`landmarks`) need less memory."
    )


@lru_cache(maxsize=8)
def shared_process(root: Path) -> DrawingProcess:
    """The one that this process has for a runs folder."""
    return DrawingProcess(root)
