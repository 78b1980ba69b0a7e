"""The recordings of the presets that come with the site's gallery.

python -m harmony_core.export.site.recordings              # all presets, into `RECORDINGS`
python -m harmony_core.export.site.recordings overlap      # some of them
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import replace

from ...experiments.complete import complete
from ...experiments.presets import PRESETS, Preset
from ...files import write_atomically
from ...runs.execute import execute
from ...runs.store import RunStore
from ...scratch import scratch_folder
from ...viewer.panels import ARENA, DENSITY
from ...viewer.payload import Payload
from ..recording import record_all
from .exhibit import RECORDINGS

PANELS = (*ARENA, DENSITY[0], "weights", "spread")
MAX_BYTES = 300_000
GRID, TRACKED = 48, 500
"""Less is recorded of an epoch, so that more epochs fit."""


def write_recording(preset: Preset) -> int:
    """Train a preset and write what the gallery plays; return its bytes."""
    with scratch_folder() as folder:
        store = RunStore(folder)
        config = complete(preset.config)
        less = replace(config.record, grid=GRID, tracked=TRACKED, embedding=False)
        config = replace(config, record=less)
        record = execute(store, store.create(config, preset.title).id)
        recording = record_all(
            store, record, PANELS, max_bytes=MAX_BYTES, size=lambda made: len(_packed(made))
        )
    path = RECORDINGS / f"{preset.name}.bin"
    content = _packed(recording.payload)
    write_atomically(path, content, parents=True)
    origin = {
        "config": record.config.to_dict(),
        "versions": dict(record.versions),
        "panels": list(PANELS),
        "kept": recording.sentence,
    }
    text = json.dumps(origin, indent=1) + "\n"
    write_atomically(path.with_suffix(".json"), text.encode())
    return len(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="presets to record")
    chosen = parser.parse_args().names or list(PRESETS)
    for name in chosen:
        sys.stdout.write(f"{write_recording(PRESETS[name]):9,} bytes  {name}\n")
    return 0


def _packed(payload: Payload) -> bytes:
    return gzip.compress(payload.wire(), 9, mtime=0)


if __name__ == "__main__":
    sys.exit(main())
