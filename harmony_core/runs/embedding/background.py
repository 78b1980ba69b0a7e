"""The last epoch's maps of each experiment that ends, drawn one after another in the background.

So the page finds a map when it is opened. What goes wrong here is tried again by the page, which
reports it.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from ...analysis.embedding.settings import EmbeddingSettings
from ...errors import HarmonyError
from ...processes import close_pipes, start_module
from ..store import RunStore
from .process import Drawing, arguments


class LastMaps:
    """Draws the last epoch of each experiment it is given, each in a process of low priority."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._waiting: queue.Queue[str] = queue.Queue()
        self._thread: threading.Thread | None = None

    def ended(self, run_id: str) -> None:
        """Draw the last epoch of an experiment if it is done and has recorded features."""
        with suppress(HarmonyError):
            record = self._store.get(run_id)
            if record.state != "done" or not record.config.record.embedding:
                return
            self._waiting.put(run_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            with suppress(OSError):
                _draw(self._store.root, self._waiting.get())
            self._waiting.task_done()

    def wait(self) -> None:
        """Return once all that was given is drawn."""
        self._waiting.join()


def _draw(root: Path, run_id: str) -> None:
    drawing = Drawing(run_id, 0, EmbeddingSettings())
    process: subprocess.Popen[str] = start_module(*arguments(root, drawing), "last")
    process.wait()
    close_pipes(process)
