"""Scores and a small picture of an experiment, as lists of experiments show them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from harmony_core.arrays import Array
from harmony_core.cells import DENSE_CLASSES
from harmony_core.data import DATASETS
from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Frame
from harmony_core.plots.png_uri import png_uri
from harmony_core.plots.style import class_color
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore

from .._shared.backend import store
from .._shared.thumbnails import thumbnail
from .summaries import Epochs, read_epochs

SIDE = 48
"""Pixels of a picture, at most."""
LIGHT = {"light": (255, 255, 255), "dark": (18, 22, 28)}
Scores = tuple[tuple[str, float], ...]


def scores(record: ExperimentRecord) -> Scores:
    """The balanced accuracy of each method in percent, mean over its repeats; empty so far."""
    try:
        return _scores(store(), record.id, read_epochs(record))
    except HarmonyError:
        return ()


def picture(record: ExperimentRecord, shade: str) -> str:
    """The decisions of the last method as a data URI: its plane, or its confusion of classes.

    Of an experiment without results, the picture of its data.
    """
    try:
        drawn = _picture(store(), record.id, read_epochs(record)[:1], shade)
    except HarmonyError:
        drawn = ""
    if drawn:
        return drawn
    return thumbnail(record.config.data.name, shade) if record.config.data.name in DATASETS else ""


@lru_cache(maxsize=512)
def _scores(runs: RunStore, run: str, epochs: Epochs) -> Scores:
    rows = [[frame.balanced_accuracy for frame in runs.frames(run, r, e)] for r, e in epochs]
    if not rows:
        return ()
    labels = method_labels(runs.get(run).config.methods)
    means = 100 * np.array(rows).mean(axis=0)
    if np.isnan(means).all():  # nothing was tested
        return ()
    return tuple(zip(labels, means.tolist(), strict=True))


@lru_cache(maxsize=512)
def _picture(runs: RunStore, run: str, epochs: Epochs, shade: str) -> str:
    if not epochs:
        return ""
    (repeat, epoch), *_ = epochs
    frame = runs.frames(run, repeat, epoch)[-1]
    if frame.grid_class is None and len(frame.tested) > DENSE_CLASSES:
        return ""  # no pixel of so many classes would say anything
    return png_uri(_pixels(frame, shade))


def _pixels(frame: Frame, shade: str) -> Array:
    """(h, w, 3) uint8, the upper edge first."""
    if frame.grid_class is not None:
        grid = _thinned(frame.grid_class)[::-1]
        colors = [_rgb(class_color(c, shade)) for c in range(int(grid.max()) + 1)]
        return np.array(colors, dtype=np.uint8)[grid]
    counts = np.asarray(frame.confusion, dtype=float)
    share = _thinned(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    empty, full = np.array(LIGHT[shade]), np.array(_rgb(class_color(0, shade)))
    return np.asarray(empty + np.sqrt(share)[..., None] * (full - empty)).astype(np.uint8)


def _thinned(table: Array) -> Array:
    step = -(-max(table.shape) // SIDE)
    return table[::step, ::step]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
