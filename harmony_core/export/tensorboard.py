"""An experiment as TensorBoard events, written by TensorBoard's own writer: a run for each method.

    python -m harmony_core export latest --tensorboard events
    tensorboard --logdir events

Axes: c classes, b bins of the gradient norm.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis.accuracy import mean_known, thirds
from ..arrays import Array
from ..errors import RunError
from ..experiments.method_text import method_labels
from ..frames import Frame, Scene
from ..printable import printable
from ..runs.record import ExperimentRecord
from ..runs.results import all_frames
from ..runs.store import RunStore

MOST_CLASSES = 100
"""Classes whose own curves and histograms are written; of more only the figures of all."""
MISSING = (
    "Expected tensorboard to be installed, whose writer makes the events, but it is not. "
    "Install it: pip install tensorboard."
)
GROUPS = ("head", "medium", "tail")


def write_events(store: RunStore, record: ExperimentRecord, folder: Path) -> str:
    """Write events under ``folder``, one folder for each repeat and method; what was left out.

    Scalars are those of the test set, the loss, the learning rate, and recall and mean weight of
    each class; histograms are gradient norms of each class over the epoch's training samples. The
    step is the epoch. Raises `RunError` without tensorboard or without a recorded epoch, or if the
    folder holds events already.
    """
    writers: dict[Path, Any] = {}
    few = True
    labels = method_labels(record.config.methods)
    try:
        for scene, frame in all_frames(store, record):
            few = len(scene.class_names) <= MOST_CLASSES
            name = _file_name(labels[frame.method])
            place = folder / record.id / f"repeat-{frame.repeat + 1}" / f"{frame.method + 1}-{name}"
            if place not in writers:
                writers[place] = _writer(place)
            _add(writers[place], scene, frame, few)
    finally:
        for writer in writers.values():
            writer.close()
    if not writers:
        raise RunError(f"Expected a recorded epoch of experiment {record.id}, but got none.")
    if few:
        return ""
    return f"Curves of single classes are left out, as there are more than {MOST_CLASSES}."


def _writer(place: Path) -> Any:
    try:
        writer = import_module("torch.utils.tensorboard").SummaryWriter
    except ImportError as error:
        raise RunError(MISSING) from error
    if place.is_dir() and any(place.iterdir()):
        raise RunError(
            f"Expected {place} to be empty, as TensorBoard would draw old and new events as one "
            "curve, but it is not. Remove it, or name another folder."
        )
    try:
        return writer(str(place))
    except OSError as error:
        raise RunError(
            f"Expected to write {place}, but got: {error.strerror or error}. Name another folder."
        ) from error


def _add(writer: Any, scene: Scene, frame: Frame, few: bool) -> None:
    for name, value in _scalars(scene, frame, few):
        if math.isfinite(value):
            writer.add_scalar(name, value, frame.epoch)
    if not few:
        return
    counts = np.asarray(frame.grad_counts)
    edges = np.linspace(0, 1, counts.shape[1] + 1)
    for c, name in enumerate(_tags(scene.class_names)):
        if counts[c].any():
            _add_histogram(writer, f"gradient norm/{name}", counts[c], edges, frame.epoch)


def _scalars(scene: Scene, frame: Frame, few: bool) -> Iterator[tuple[str, float]]:
    yield from (
        ("test/balanced accuracy", frame.balanced_accuracy),
        ("test/loss", frame.test_loss),
        ("test/expected calibration error", frame.ece),
        ("test/AUPRC", frame.auprc),
        ("train/loss", frame.train_loss),
        ("train/learning rate", frame.lr),
    )
    recall, group = frame.recall, thirds(scene.train_counts)
    for g, name in enumerate(GROUPS):
        if (group == g).any():
            yield f"test/recall of the {name}", float(mean_known(recall[group == g]))
    if few:
        names = _tags(scene.class_names)
        for name, value, weight in zip(names, recall, frame.mean_weight, strict=True):
            yield f"recall/{name}", float(value)
            yield f"mean weight/{name}", float(weight)


def _add_histogram(writer: Any, name: str, counts: Array, edges: Array, epoch: int) -> None:
    """The bins as they were recorded; sums of g are taken at the middles of the bins."""
    middles = (edges[:-1] + edges[1:]) / 2
    writer.add_histogram_raw(
        name,
        min=float(edges[:-1][counts > 0].min()),
        max=float(edges[1:][counts > 0].max()),
        num=float(counts.sum()),
        sum=float((counts * middles).sum()),
        sum_squares=float((counts * middles**2).sum()),
        bucket_limits=edges[1:].tolist(),
        bucket_counts=counts.tolist(),
        global_step=epoch,
    )


def _tags(names: Sequence[str]) -> list[str]:
    """The names of the classes, with the index of those that share theirs with another one."""
    times = Counter(shown := [printable(name) for name in names])
    return [f"{name} ({c})" if times[name] > 1 else name for c, name in enumerate(shown)]


def _file_name(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9.=+-]+", "_", label).strip("_.") or "method"
