"""A recorded run for visitors without one: a file with the view's payload, one with its origin.

python -m harmony_core export latest --replay assets/replays/checkerboard-arena.bin
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ..files import write_atomically
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore
from ..viewer.panels import ARENA, DENSITY, WEIGHTS
from .recording import Recording, record_all

MAX_BYTES = 1_000_000
PAGES: dict[str, Sequence[str]] = {"arena": ARENA, "density": DENSITY, "weights": WEIGHTS}
"""The panels of the pages that a recording can be made for."""


def write_replay(
    store: RunStore,
    record: ExperimentRecord,
    path: Path,
    *,
    panels: Sequence[str] = ARENA,
    max_bytes: int = MAX_BYTES,
) -> Recording:
    """Write repeat 0 to ``path``, as `Payload.wire` does, and its origin to ``path`` + ``.json``.

    It holds what ``panels`` draw. Epochs are thinned evenly until the file has at most
    ``max_bytes`` bytes.
    """
    path = Path(path)
    recording = record_all(
        store, record, panels, max_bytes=max_bytes, size=lambda payload: len(payload.wire())
    )
    wire = recording.payload.wire()
    origin = {
        "experiment": record.id,
        "title": record.title,
        "finished": record.finished,
        "device": record.device,
        "versions": dict(record.versions),
        "recorded_epochs": recording.recorded,
        "kept_epochs": recording.kept,
        "bytes": len(wire),
        "config": record.config.to_dict(),
    }
    write_atomically(path, wire)
    text = json.dumps(origin, indent=1) + "\n"
    write_atomically(path.with_name(path.name + ".json"), text.encode())
    return recording
