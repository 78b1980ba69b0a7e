"""The results of an experiment, read from its frames: final figures and curves."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis.seeds import Curves
from ..analysis.summary import MethodSummary, summarise
from ..experiments.method_text import method_labels
from ..frames import Frame, Scene
from .record import ExperimentRecord
from .store import RunStore


def final_frames(
    store: RunStore, record: ExperimentRecord
) -> tuple[list[Scene], list[list[Frame]]]:
    """Scenes (r) and frames of the final epoch (r, m) of the finished repeats."""
    scenes, frames = [], []
    for repeat in range(record.config.seeds.repeats):
        if record.config.epochs in store.epochs(record.id, repeat):
            scenes.append(store.scene(record.id, repeat))
            frames.append(store.frames(record.id, repeat, record.config.epochs))
    return scenes, frames


def summaries_of(store: RunStore, record: ExperimentRecord) -> list[MethodSummary]:
    """A summary of each method over the finished repeats; figures are empty while there is none."""
    scenes, frames = final_frames(store, record)
    return summarise(scenes, frames, method_labels(record.config.methods))


def curves_of(store: RunStore, record: ExperimentRecord) -> Curves:
    """The metrics of all recorded epochs of all repeats, including one that still trains."""
    curves = Curves(method_labels(record.config.methods))
    for scene, frame in all_frames(store, record):
        curves.add(scene, frame)
    return curves


def all_frames(store: RunStore, record: ExperimentRecord) -> Iterator[tuple[Scene, Frame]]:
    """Every recorded frame with the scene of its repeat, by repeat, epoch and method."""
    for repeat in range(record.config.seeds.repeats):
        epochs = store.epochs(record.id, repeat)
        if epochs:
            scene = store.scene(record.id, repeat)
            for epoch in epochs:
                for frame in store.frames(record.id, repeat, epoch):
                    yield scene, frame
