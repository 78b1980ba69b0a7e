"""The recorded experiment that a page plays while its visitor has none, if one ships with the app.

`scripts/make-replay` writes one experiment several times: each file is a packed `Payload` of the
whole run with what one page draws, and the JSON file beside it has its config.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.viewer.panels import OF_IMAGES, parts_of
from harmony_core.viewer.payload import Payload, unpack_payload

from .._shared.app_files import ROOT

RECORDINGS = ROOT / "assets" / "replays"


@dataclass(frozen=True)
class RecordedRun:
    """A recorded experiment: what the view plays, and its settings."""

    payload: Payload
    config: ExperimentConfig

    @property
    def run(self) -> str:
        return str(self.payload.meta["run"])


def recorded_run(panels: Sequence[str]) -> RecordedRun | None:
    """The smallest recording that holds what ``panels`` draw; None without one that is readable."""
    wanted = parts_of(panels)
    if not panels or not RECORDINGS.is_dir():
        return None
    found = [_read(path, path.stat().st_mtime_ns) for path in RECORDINGS.glob("*.bin")]
    fitting = [run for run in found if run is not None and wanted <= _parts(run)]
    return min(fitting, key=lambda run: len(run.payload.blob), default=None)


def _parts(run: RecordedRun) -> set[str]:
    """What a recording holds; one of points lacks nothing that only images have."""
    meta = run.payload.meta
    return set(meta["parts"]) | (set() if meta["scene"]["kind"] == "images" else OF_IMAGES)


@lru_cache(maxsize=8)
def _read(path: Path, modified_ns: int) -> RecordedRun | None:
    """The recording in ``path``; ``modified_ns`` makes a changed file a new one."""
    del modified_ns
    try:
        origin = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
        config = ExperimentConfig.from_dict(origin["config"])
        return RecordedRun(unpack_payload(path.read_bytes()), config)
    except (HarmonyError, ValueError, KeyError, OSError):
        return None
