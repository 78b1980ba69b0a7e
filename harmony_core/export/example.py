"""A recorded experiment with its maps, for visitors of the embedding who have none of their own.

    python -m harmony_core export latest --replay assets/replays/checkerboard-maps \\
        --replay-page embedding

It is an experiment's folder, which a `RunStore` of the folder around it reads, reduced to what maps
and their dots need, and compressed.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..analysis.embedding.settings import EmbeddingSettings
from ..errors import RunError
from ..files import make_folder, read_arrays, write_atomically
from ..frames import save_frames, save_scene
from ..runs.embedding.store import embed_run, embedding_path, stored_epochs
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore

MAX_BYTES = 400_000


def write_example(
    store: RunStore, record: ExperimentRecord, folder: Path, *, max_bytes: int = MAX_BYTES
) -> int:
    """Write repeat 0 with its maps to ``folder``, replacing it; return its size in bytes.

    Maps that are missing are drawn first. Raises `RunError` if it takes more than ``max_bytes``.
    """
    folder, settings = Path(folder), EmbeddingSettings()
    embed_run(store, record.id, 0, settings)
    new = RunStore(folder.resolve().parent)
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder, parents=True)
    new.save(record.replace(id=folder.name))
    frames = make_folder(folder / "repeat-0" / "frames", parents=True)
    maps = make_folder(embedding_path(new.root, folder.name, 0, settings), parents=True)
    save_scene(folder / "repeat-0" / "scene.npz", store.scene(record.id))
    _compress(folder / "repeat-0" / "scene.npz")
    for epoch in stored_epochs(store.root, record.id, 0, settings):
        name = f"{epoch:05d}.npz"
        kept = [
            replace(
                frame,
                landmark_features=None,
                landmark_logits=None,
                head_weight=None,
                head_bias=None,
            )
            for frame in store.frames(record.id, 0, epoch)
        ]
        save_frames(frames / name, kept)
        _compress(frames / name)
        shutil.copyfile(embedding_path(store.root, record.id, 0, settings, epoch), maps / name)
        _compress(maps / name)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > max_bytes:
        raise RunError(
            f"Expected an example of at most {max_bytes:,} bytes, but got {size:,}. Record fewer "
            "epochs (`every`), samples (`landmarks`, `tracked`) or a smaller `grid`."
        )
    return size


def _compress(path: Path) -> None:
    arrays = read_arrays(path)

    def write(file: object) -> None:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

    write_atomically(path, write)
