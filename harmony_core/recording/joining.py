"""Several recordings as one experiment, so that their methods are drawn beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import DataError, RunError
from ..experiments.method_text import method_labels
from ..frames import Frame, Scene
from ..runs.record import ExperimentRecord, now
from ..runs.store import RunStore
from ..top_logits import TopLogits

JOINED = "Joined from {ids}; it has the epochs that all of them recorded."


def join(root: Path | str | None, ids: Sequence[str], title: str = "") -> str:
    """Write a new experiment that holds the methods of several recordings; its id.

    ``ids`` are ids in the runs folder ``root`` or the unique starts of them. The recordings stay as
    they are. They must have the same classes and training counts, or `DataError` is raised; the
    epochs and the followed samples are those that all of them have. `RunError` if an experiment is
    still running or was not recorded.
    """
    store = RunStore(root)
    records = [_ended(store, text) for text in ids]
    if not 2 <= sum(len(record.config.methods) for record in records) <= 16:
        raise DataError(f"Expected 2 to 16 methods to join, but got {len(ids)} recordings.")
    scenes = [store.scene(record.id) for record in records]
    for scene in scenes[1:]:
        _check_alike(scenes[0], scene)
    epochs = set(store.epochs(records[0].id))
    for record in records[1:]:
        epochs &= set(store.epochs(record.id))
    if not epochs - {0}:
        raise DataError(
            "Expected an epoch that all recordings have, but got none. Record the same epochs in "
            "each."
        )
    rows = scenes[0].tracked_index
    for scene in scenes[1:]:
        rows = np.intersect1d(rows, scene.tracked_index)
    methods = tuple(
        replace(method, label=label)
        for record in records
        for method, label in zip(
            record.config.methods, method_labels(record.config.methods), strict=True
        )
    )
    config = replace(records[0].config, methods=methods, epochs=max(epochs))
    made = store.create(config, title or " and ".join(r.title or r.id for r in records))
    with store.running(made.id):
        store.save(made.replace(state="running", started=now()))
        at = [np.flatnonzero(np.isin(scene.tracked_index, rows)) for scene in scenes]
        names = ", ".join(record.id for record in records)
        store.save_scene(made.id, 0, _chosen_scene(scenes[0], at[0], JOINED.format(ids=names)))
        for epoch in sorted(epochs):
            frames = [
                _chosen(frame, kept)
                for record, kept in zip(records, at, strict=True)
                for frame in store.frames(record.id, 0, epoch)
            ]
            numbered = [replace(frame, method=m) for m, frame in enumerate(frames)]
            store.save_frames(made.id, 0, epoch, numbered)
        ended = {"epoch": max(epochs), "finished": now(), "device": records[0].device}
        store.save(made.replace(state="done", **ended))
    return made.id


def _ended(store: RunStore, text: str) -> ExperimentRecord:
    record = store.get(store.find(text))
    if record.config.recorded is None or record.active or not store.epochs(record.id):
        raise RunError(
            f"Expected recordings that have ended after an epoch or more, but {record.id} is "
            f"{'still running' if record.active else 'not one'}. Join recordings of `record` alone."
        )
    return record


def _check_alike(first: Scene, other: Scene) -> None:
    if first.class_names != other.class_names:
        raise DataError(
            f"Expected recordings of the same classes, but got {', '.join(first.class_names[:5])} "
            f"and {', '.join(other.class_names[:5])}. Compare them on the page Compare."
        )
    if not np.array_equal(first.train_counts, other.train_counts):
        raise DataError(
            "Expected recordings of the same training counts, but got "
            f"{first.train_counts[:5].tolist()} and {other.train_counts[:5].tolist()}. Give both "
            "the same `train_counts`, or compare them on the page Compare."
        )


def _chosen_scene(scene: Scene, at: Array, note: str) -> Scene:
    return replace(
        scene,
        tracked_index=scene.tracked_index[at],
        tracked_targets=scene.tracked_targets[at],
        tracked_flipped=scene.tracked_flipped[at],
        tracked_inputs=scene.tracked_inputs[at],
        notes=(*scene.notes, note),
    )


def _chosen(frame: Frame, at: Array) -> Frame:
    logits = frame.tracked_logits
    return replace(
        frame,
        tracked_weight=frame.tracked_weight[at],
        tracked_grad_norm=frame.tracked_grad_norm[at],
        tracked_logits=_rows(logits, at) if isinstance(logits, TopLogits) else logits[at],
        tracked_loss=None if frame.tracked_loss is None else frame.tracked_loss[at],
    )


def _rows(logits: TopLogits, at: Array) -> TopLogits:
    parts = logits.parts()
    kept = {n: part if n == "shape" else part[at] for n, part in parts.items()}
    kept["shape"] = np.array([len(at), logits.shape[1]], dtype=np.int64)
    return TopLogits.from_parts(kept)
