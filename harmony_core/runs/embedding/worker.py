"""Draw the missing pictures of one experiment in a process of their own.

    python -m harmony_core.runs.embedding.worker ROOT ID REPEAT SETTINGS [last]

``SETTINGS`` is an `EmbeddingSettings` as JSON. The last epoch comes first; with ``last`` it is all.
It ends with status 0 when that is drawn, and with 1 after printing one JSON line
``{"error": "…"}``. When its parent ends, its input closes and it exits. Files are written
atomically, so the next process can continue from them. It gives way to all other processes.
"""

from __future__ import annotations

import json
import os
import sys

from filelock import FileLock

from ...analysis.embedding.settings import EmbeddingSettings
from ...processes import leave_with_parent
from ..failures import explain
from ..store import RunStore
from .store import embed_last, embed_run, embedding_path

NICE = 10


def main(
    root: str, run_id: str, repeat: int, settings: EmbeddingSettings, *, last_only: bool = False
) -> None:
    """Draw what is missing; repeat 0 comes first, as the others are aligned to its pictures."""
    store = RunStore(root)
    store.get(run_id)
    folder = embedding_path(store.root, run_id, repeat, settings)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        embed_last(store, run_id, repeat, settings)
    for r in () if last_only else sorted({0, repeat}):
        folder = embedding_path(store.root, run_id, r, settings)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            embed_run(store, run_id, r, settings)


if __name__ == "__main__":
    leave_with_parent()
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        chosen = EmbeddingSettings.from_dict(json.loads(sys.argv[4]))
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]), chosen, last_only=sys.argv[5:] == ["last"])
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say it
        sys.stdout.write(json.dumps({"error": explain(error)}) + "\n")
        sys.stdout.flush()
        os._exit(1)
    os._exit(0)
