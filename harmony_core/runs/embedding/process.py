"""The process that draws pictures of embeddings for the app, one at a time.

The server never imports umap. It starts `harmony_core.runs.embedding.worker`, counts the files that
appear, and learns at the end whether it succeeded.
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...analysis.embedding.settings import EmbeddingSettings
from ...errors import RunError
from ...processes import close_pipes, start_module


@dataclass(frozen=True)
class Drawing:
    """A request: the pictures of one repeat of an experiment with these settings."""

    run_id: str
    repeat: int
    settings: EmbeddingSettings


class DrawingProcess:
    """Runs the process for a `Drawing` and keeps its error; safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._wanted: Drawing | None = None
        self._process: subprocess.Popen[str] | None = None
        self._errors: dict[Drawing, str] = {}

    def start(self, drawing: Drawing) -> None:
        """Begin to draw, after stopping the process of another drawing.

        Pictures that are already finished stay, so that drawing can go on from there.
        """
        with self._lock:
            if self._poll() == drawing:
                return
            self._stop()
            self._errors.pop(drawing, None)
            try:
                self._process = start_module(
                    "harmony_core.runs.embedding.worker", str(self.root.resolve()),
                    drawing.run_id, str(drawing.repeat), json.dumps(drawing.settings.to_dict()),
                )  # fmt: skip
            except OSError as error:
                raise RunError(
                    f"Expected to start a process that draws, but got: {error.strerror or error}. "
                    "Free some memory, then try again."
                ) from error
            self._wanted = drawing

    def current(self) -> Drawing | None:
        """The drawing in progress."""
        with self._lock:
            return self._poll()

    def error(self, drawing: Drawing) -> str:
        """Why the drawing failed the last time, or ``""``."""
        with self._lock:
            self._poll()
            return self._errors.get(drawing, "")

    def stop(self) -> None:
        """Stop; finished pictures stay."""
        with self._lock:
            self._stop()

    def _poll(self) -> Drawing | None:
        process, wanted = self._process, self._wanted
        if process is None or wanted is None:
            return None
        status = process.poll()
        if status is None:
            return wanted
        output = process.stdout.read() if process.stdout else ""
        if status:
            self._errors[wanted] = error_of(output, status)
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


def error_of(output: str, status: int) -> str:
    """The error in the ``output`` of the process, or that it ended with ``status``."""
    for line in reversed(output.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("error"), str):
            return str(value["error"])
    return (
        f"Expected the drawing of the embedding to succeed, but its process ended with status "
        f"{status}. Draw it again; if that fails too, fewer samples (`landmarks`) need less memory."
    )


@lru_cache(maxsize=8)
def shared_process(root: Path) -> DrawingProcess:
    """The one of this server process for a runs folder."""
    return DrawingProcess(root)
