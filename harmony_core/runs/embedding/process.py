"""The process that draws pictures of embeddings for the app, one at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...analysis.embedding.settings import EmbeddingSettings
from ..one_process import OneProcess


@dataclass(frozen=True)
class Drawing:
    """A request: the pictures of one repeat of an experiment with these settings."""

    run_id: str
    repeat: int
    settings: EmbeddingSettings


def arguments(root: Path, drawing: Drawing) -> tuple[str, ...]:
    """The module that draws, and its arguments."""
    return (
        "harmony_core.runs.embedding.worker", str(root.resolve()),
        drawing.run_id, str(drawing.repeat), json.dumps(drawing.settings.to_dict()),
    )  # fmt: skip


class DrawingProcess(OneProcess[Drawing]):
    """Runs the process for a `Drawing`."""

    purpose = "a process that draws"

    def command(self, request: Drawing) -> tuple[str, ...]:
        return arguments(self.root, request)

    def broke_off(self, status: int) -> str:
        return (
            f"Expected the drawing of the embedding to succeed, but its process ended with status "
            f"{status}. Draw it again; if that fails too, fewer samples (`landmarks`) need less "
            "memory."
        )


@lru_cache(maxsize=8)
def shared_process(root: Path) -> DrawingProcess:
    """The one of this server process for a runs folder."""
    return DrawingProcess(root)
