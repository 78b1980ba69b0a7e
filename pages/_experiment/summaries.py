"""The figures of an experiment's methods, read from the last recorded epoch of its repeats."""

from __future__ import annotations

from harmony_core.analysis.summary import MethodSummary, summarise
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store

Epochs = tuple[tuple[int, int], ...]
Summaries = tuple[tuple[Scene, ...], tuple[MethodSummary, ...]]


def summaries_of(record: ExperimentRecord) -> Summaries:
    """Scenes and figures of the finished repeats, or of the first one begun."""
    runs, epochs = store(), read_epochs(record)
    scenes = tuple(runs.scene(record.id, r) for r, _ in epochs)
    frames = [runs.frames(record.id, r, epoch) for r, epoch in epochs]
    return scenes, tuple(summarise(scenes, frames, method_labels(record.config.methods)))


def read_epochs(record: ExperimentRecord) -> Epochs:
    """Each repeat whose figures count, and its last recorded epoch."""
    runs = store()
    last = {r: runs.epochs(record.id, r) for r in range(record.config.seeds.repeats)}
    done = [r for r, epochs in last.items() if epochs and epochs[-1] >= record.config.epochs]
    chosen = done or [r for r, epochs in last.items() if epochs][:1]
    return tuple((r, last[r][-1]) for r in chosen)
