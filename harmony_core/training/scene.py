"""What is fixed before training: the samples to follow, the plane and its Bayes regions."""

from __future__ import annotations

from typing import cast

import numpy as np

from ..arrays import Array
from ..cells import DENSE_CLASSES
from ..config import RecordConfig
from ..data.dataset import LongTailedDataset
from ..data.densities import Mixture
from ..data.streamed.store import as_stream
from ..frames import Scene
from ..top_logits import ONLY_TOP

MARGIN = 0.06
"""Free border of the plane, as a share of its side."""
MAX_GRID_CLASSES = 256
HARD_POINTS = 400
"""Points of each rare part of a class, of which the recall is measured."""
GALLERY = 400
"""Test images recorded one by one, at most."""
PICTURE_SIDE = 32
"""Pixels of the side of their pictures, at most."""
MANY_CLASSES = (
    f"{ONLY_TOP}, as there are more than {DENSE_CLASSES}: formulas that need the logits of all "
    "classes are not shown."
)
MANY_CLASSES_MAP = " The map of features takes all other classes as equally likely."
HARD_SEED = 5
"""Fixed, so that the points are the same for every data seed."""


def stratified(targets: Array, size: int, rng: np.random.Generator) -> Array:
    """At most ``size`` row numbers, ascending, that keep the rarest classes complete if possible.

    Classes are served from the smallest up; each may take an equal share of the rows left.
    """
    if len(targets) <= size:
        return np.arange(len(targets))
    counts = np.bincount(targets)
    present = np.flatnonzero(counts)
    chosen: list[Array] = []
    left = size
    for served, label in enumerate(present[np.argsort(counts[present], kind="stable")]):
        take = min(int(counts[label]), left // (len(present) - served))
        rows = np.flatnonzero(targets == label)
        chosen.append(rng.choice(rows, take, replace=False))
        left -= take
    return np.sort(np.concatenate(chosen))


def landmarks(dataset: LongTailedDataset, size: int, rng: np.random.Generator) -> Array:
    """Rows to embed: test samples (all if they fill at most 3/4 of ``size``), then the rarest
    training samples. Test rows are numbered from n_train on.
    """
    test = stratified(dataset.test_targets, max(size * 3 // 4, 1), rng)
    train = stratified(dataset.train_targets, max(size - len(test), 1), rng)
    return np.concatenate([train, len(dataset.train_targets) + test])


def plane_extent(points: Array) -> tuple[float, float, float, float]:
    """The square around all points, with a border: x low, x high, y low, y high."""
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    centre = (low + high) / 2
    half = max(float((high - low).max()) / 2, 1e-6) * (1 + 2 * MARGIN)
    return (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)


def plane_points(extent: tuple[float, float, float, float], side: int) -> Array:
    """Centres of a side × side grid, (side², 2) float32, rows from the lowest y up."""
    x0, x1, y0, y1 = extent
    step = (np.arange(side) + 0.5) / side
    xs, ys = np.meshgrid(x0 + step * (x1 - x0), y0 + step * (y1 - y0))
    return np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)


def build_scene(dataset: LongTailedDataset, record: RecordConfig, seed: int) -> Scene:
    """The scene of a data set; the choice of samples depends on ``seed`` alone."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 7]))
    tracked = stratified(dataset.train_targets, record.tracked, rng)
    flipped = dataset.flipped
    extent = bayes_class = bayes_density = bayes_accuracy = None
    hard_points = hard_targets = None
    if has_plane(dataset):
        extent = plane_extent(np.concatenate([dataset.train_inputs, dataset.test_inputs]))
        if dataset.truth is not None:
            side = record.grid
            log_density = dataset.truth.log_density(plane_points(extent, side))
            bayes_class = log_density.argmax(axis=1).astype(np.uint8).reshape(side, side)
            density = np.exp(log_density).mean(axis=1)
            bayes_density = (density / density.sum()).astype(np.float32).reshape(side, side)
            decided = dataset.truth.log_density(dataset.test_inputs).argmax(axis=1)
            hits = np.bincount(
                dataset.test_targets, decided == dataset.test_targets, len(dataset.class_names)
            )
            bayes_accuracy = float((hits / dataset.test_counts).mean())
            if isinstance(dataset.truth, Mixture):
                hard_points, hard_targets = hard_parts(dataset.truth)
    embedded = landmarks(dataset, record.landmarks, rng) if record.embedding else None
    return Scene(
        kind=dataset.kind,
        class_names=dataset.class_names,
        train_counts=dataset.train_counts,
        test_counts=dataset.test_counts,
        tracked_index=tracked,
        tracked_targets=dataset.train_targets[tracked],
        tracked_flipped=(
            np.zeros(len(tracked), dtype=bool) if flipped is None else flipped[tracked]
        ),
        tracked_inputs=_kept(dataset.train_inputs, tracked),
        extent=extent,
        bayes_class=bayes_class,
        bayes_density=bayes_density,
        bayes_accuracy=bayes_accuracy,
        hard_points=hard_points,
        hard_targets=hard_targets,
        landmark_index=embedded,
        landmark_targets=(
            None
            if embedded is None
            else np.concatenate([dataset.train_targets, dataset.test_targets])[embedded]
        ),
        landmark_inputs=None if embedded is None else _kept(every_input(dataset), embedded),
        notes=(*dataset.notes, *_recording_notes(dataset, record)),
        **gallery(dataset, np.random.default_rng(np.random.SeedSequence([seed, 11]))),
    )


def _recording_notes(dataset: LongTailedDataset, record: RecordConfig) -> tuple[str, ...]:
    if len(dataset.class_names) <= DENSE_CLASSES:
        return ()
    return (MANY_CLASSES + (MANY_CLASSES_MAP if record.embedding else ""),)


def gallery(dataset: LongTailedDataset, rng: np.random.Generator) -> dict[str, Array]:
    """Test images to record one by one, the same share of every class; nothing for other data."""
    inputs = dataset.test_inputs
    if dataset.kind != "images" or inputs.ndim != 4 or inputs.dtype != np.uint8:
        return {}
    rows = stratified(dataset.test_targets, GALLERY, rng)
    step = -(-max(inputs.shape[1:3]) // PICTURE_SIDE)
    return {
        "gallery_index": rows,
        "gallery_targets": dataset.test_targets[rows],
        "gallery_pictures": np.ascontiguousarray(inputs[rows][:, ::step, ::step]),
    }


def hard_parts(truth: Mixture) -> tuple[Array, Array] | tuple[None, None]:
    """New points (h, 2) of the rare parts of classes, and their classes (h,); None without any."""
    parts = np.repeat(truth.rare_parts(), HARD_POINTS)
    if not len(parts):
        return None, None
    points = truth.draw_from(parts, np.random.default_rng(HARD_SEED)).astype(np.float32)
    return points, truth.owner[parts]


def has_plane(dataset: LongTailedDataset) -> bool:
    """Whether decision regions can be drawn: points in the plane, few enough classes."""
    return (
        dataset.kind == "points"
        and dataset.train_inputs.shape[1] == 2
        and len(dataset.class_names) <= MAX_GRID_CLASSES
    )


def every_input(dataset: LongTailedDataset) -> Array:
    """Training inputs, then test inputs; images on disk stay there and pass for an array."""
    train, test = as_stream(dataset.train_inputs), as_stream(dataset.test_inputs)
    if train is not None and test is not None:
        return cast(Array, train.plus(test))
    return np.concatenate([dataset.train_inputs, dataset.test_inputs])


def _kept(inputs: Array, rows: Array) -> Array:
    """Rows of inputs as a scene keeps them: of images on disk, small pictures."""
    images = as_stream(inputs)
    if images is None:
        return inputs[rows]
    return images.take(rows).at_size(min(images.store.size, PICTURE_SIDE))[:]
