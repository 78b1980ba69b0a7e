"""The pictures of an experiment, computed from its recorded frames and kept beside them.

    <root>/<id>/repeat-0/embedding/<key of the settings>/00012.npz
    <root>/<id>/repeat-0/embedding/<key of the settings>/last/00060.npz

`embed_run` computes the missing ones in order, each from the one before. `embed_last` draws that of
the last epoch alone, which is there long before the sequence. The app and the command line use
the same functions, so they agree. A page only reads the files, with `load_embedding`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from ...analysis.embedding.pictures import picture_epochs
from ...analysis.embedding.result import EmbeddingFrame, Landmarks, load_embedding, save_embedding
from ...analysis.embedding.sequence import EmbeddingMovie, View
from ...analysis.embedding.settings import EmbeddingSettings
from ...arrays import Array
from ...config import ExperimentConfig
from ...errors import RunError
from ...files import make_folder
from ...frames import Frame, Scene
from ...losses.registry import LOSSES
from ...top_logits import TopLogits

PICTURE = re.compile(r"([0-9]{5})\.npz")
Progress = Callable[[int, int], None]


class Record(Protocol):
    """What `embed_run` needs of an experiment's record."""

    @property
    def config(self) -> ExperimentConfig: ...


class Store(Protocol):
    """What `embed_run` needs of the store of experiments."""

    root: Path

    def get(self, run_id: str) -> Record: ...
    def scene(self, run_id: str, repeat: int = 0) -> Scene: ...
    def epochs(self, run_id: str, repeat: int = 0) -> list[int]: ...
    def frames(self, run_id: str, repeat: int, epoch: int) -> list[Frame]: ...


def embedding_path(
    root: Path, run_id: str, repeat: int, settings: EmbeddingSettings, epoch: int | None = None
) -> Path:
    """The folder of the pictures with these settings, or the file of one epoch."""
    folder = root / run_id / f"repeat-{repeat}" / "embedding" / settings.key
    return folder if epoch is None else folder / f"{epoch:05d}.npz"


def stored_epochs(
    root: Path, run_id: str, repeat: int = 0, settings: EmbeddingSettings | None = None
) -> list[int]:
    """Epochs whose pictures are on disk, ascending."""
    folder = embedding_path(root, run_id, repeat, settings or EmbeddingSettings())
    if not folder.is_dir():
        return []
    found = [match for path in folder.iterdir() if (match := PICTURE.fullmatch(path.name))]
    return sorted(int(match[1]) for match in found)


def landmarks_of(scene: Scene) -> Landmarks:
    """The samples to draw, or `RunError` if the experiment did not record any."""
    if scene.landmark_index is None or scene.landmark_targets is None:
        raise RunError(
            "Expected an experiment that recorded features for the embedding, but this one did "
            "not. Turn on `embedding` under record, then run it again."
        )
    n_train = int(scene.train_counts.sum())
    return Landmarks(
        scene.landmark_targets, scene.landmark_index >= n_train, scene.train_counts,
        scene.class_names,
    )  # fmt: skip


def views_of(frames: list[Frame], config: ExperimentConfig) -> list[View]:
    """The outputs of one epoch's networks for the landmarks.

    Where only the likeliest classes were recorded, the others count as equally likely.
    """
    views = []
    for frame in frames:
        method = config.methods[frame.method]
        logits = frame.landmark_logits
        if isinstance(logits, TopLogits):
            logits = logits.spread()
        title = LOSSES[method.loss].title if method.loss in LOSSES else method.loss
        views.append(
            View(
                frame.landmark_features,
                logits,
                method.label or title,
                frame.method,
                frame.balanced_accuracy,
            )
        )
    return views


def embed_run(
    store: Store,
    run_id: str,
    repeat: int = 0,
    settings: EmbeddingSettings | None = None,
    *,
    limit: int | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[int]:
    """Compute the missing pictures; return the epochs of those computed now.

    At most ``limit`` of them, the earliest first: a training that must not wait makes one at a
    time. Pictures older than their frames, or without frames, are computed again, as are all that
    follow them. A repeat of the same data with other seeds is aligned to repeat 0 by method.
    """
    settings = settings or EmbeddingSettings()
    config = store.get(run_id).config
    scene = store.scene(run_id, repeat)
    recorded = store.epochs(run_id, repeat)
    wanted = [epoch for epoch in picture_epochs(config) if epoch in set(recorded)]
    folder = embedding_path(store.root, run_id, repeat, settings)
    done = _valid(folder, store.root / run_id / f"repeat-{repeat}" / "frames", wanted)
    for epoch in set(stored_epochs(store.root, run_id, repeat, settings)) - set(done):
        (folder / f"{epoch:05d}.npz").unlink(missing_ok=True)
    missing = wanted[len(done) :][:limit]
    if not missing:
        return []
    make_folder(folder, parents=True)
    movie = EmbeddingMovie(landmarks_of(scene), settings, _plane(scene))
    last = _last(folder, done)
    if last is not None:
        movie.restore(last, views_of(store.frames(run_id, repeat, last.epoch), config))
    base = _base(store, run_id, repeat, scene, settings)
    made = []
    for i, epoch in enumerate(missing):
        if should_stop is not None and should_stop():
            break
        views = views_of(store.frames(run_id, repeat, epoch), config)
        anchors = None
        if base is not None and epoch in base:
            other = load_embedding(embedding_path(store.root, run_id, 0, settings, epoch))
            anchors = movie.anchors(other, views_of(store.frames(run_id, 0, epoch), config))
        save_embedding(folder / f"{epoch:05d}.npz", movie.step(epoch, views, anchors))
        made.append(epoch)
        if on_progress is not None:
            on_progress(len(done) + i + 1, len(wanted))
    return made


def last_path(root: Path, run_id: str, repeat: int, settings: EmbeddingSettings) -> Path:
    """The folder of the picture that `embed_last` makes."""
    return embedding_path(root, run_id, repeat, settings) / "last"


def embed_last(
    store: Store, run_id: str, repeat: int = 0, settings: EmbeddingSettings | None = None
) -> int | None:
    """Draw the newest recorded epoch that gets a picture, alone; return it, or None if there.

    Dots lie elsewhere than in the sequence of `embed_run`, where they come from earlier epochs.
    """
    settings = settings or EmbeddingSettings()
    config = store.get(run_id).config
    recorded = set(store.epochs(run_id, repeat))
    wanted = [epoch for epoch in picture_epochs(config) if epoch in recorded]
    frames = store.root / run_id / f"repeat-{repeat}" / "frames"
    folder = last_path(store.root, run_id, repeat, settings)
    if not wanted or _valid(folder, frames, wanted[-1:]):
        return None
    sequence = embedding_path(store.root, run_id, repeat, settings)
    if _valid(sequence, frames, wanted[-1:]):
        return None
    scene, epoch = store.scene(run_id, repeat), wanted[-1]
    movie = EmbeddingMovie(landmarks_of(scene), settings, _plane(scene))
    picture = movie.step(epoch, views_of(store.frames(run_id, repeat, epoch), config))
    make_folder(folder, parents=True)
    for old in folder.glob("*.npz"):
        old.unlink(missing_ok=True)
    save_embedding(folder / f"{epoch:05d}.npz", picture)
    return epoch


def _valid(folder: Path, frames: Path, wanted: list[int]) -> list[int]:
    """The first pictures that are newer than the frames they show."""
    done = []
    for epoch in wanted:
        picture, source = folder / f"{epoch:05d}.npz", frames / f"{epoch:05d}.npz"
        try:
            if picture.stat().st_mtime_ns < source.stat().st_mtime_ns:
                break
        except FileNotFoundError:
            break
        done.append(epoch)
    return done


def _last(folder: Path, done: list[int]) -> EmbeddingFrame | None:
    return load_embedding(folder / f"{done[-1]:05d}.npz") if done else None


def _base(
    store: Store, run_id: str, repeat: int, scene: Scene, settings: EmbeddingSettings
) -> set[int] | None:
    """Epochs of repeat 0's pictures, if they show the same samples."""
    if repeat == 0:
        return None
    first = store.scene(run_id, 0)
    same = all(
        np.array_equal(getattr(scene, name), getattr(first, name))
        for name in ("landmark_index", "landmark_targets", "landmark_inputs")
    )
    return set(stored_epochs(store.root, run_id, 0, settings)) if same else None


def _plane(scene: Scene) -> Array | None:
    inputs = scene.landmark_inputs
    if scene.kind != "points" or inputs is None or inputs.shape[1:] != (2,):
        return None
    return inputs
