"""The arrays of one frame, as a payload sends them: name → (raw values, scale).

Axes: c classes, b bins of the gradient norm, u unit regions, k tracked samples, g side of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..cells import SparseTable
from ..frames import Frame, Scene
from ..top_logits import own_probability, predicted_of

Arrays = dict[str, tuple[Array, float]]
CONFUSION_FINE = 40
CONFUSION_MOST = 256
"""Classes above which only the most frequent mistakes of each class are sent."""
NO_CLASS = 65_535
"""In place of a class where a class has no further mistakes."""
BINS_MOST = 2_500
"""Classes × bins above which neighbouring bins are joined."""
BINS_LEAST = 10
DENSITY_FINE = 40
"""Classes above which the density is sent as half floats, without padding."""
MANY_CLASSES = 1_000
"""Classes above which numbers of a class are half floats and one mistake of each is sent."""
MISTAKES = 3
HALF_MOST = 65_504.0


@dataclass(frozen=True)
class FrameLayout:
    """What the records of one payload hold, the same for all of them."""

    parts: frozenset[str]
    unit: int = 0
    """Unit regions of the largest class of any method; 0 if no method has a density."""
    laid: int = 0
    """Unit regions of all classes of any method together; 0 where the tables are padded."""
    join: int = 1
    """How many neighbouring bins of the histograms are sent as one."""
    wide: bool = False
    """Whether the histograms outgrow 16 bits."""


def layout_of(frames: Sequence[Frame], parts: frozenset[str]) -> FrameLayout:
    """One layout for all ``frames`` of a payload."""
    if not frames:
        return FrameLayout(parts)
    widths = [frame.density.shape[1] for frame in frames if frame.density is not None]
    c, b = frames[0].grad_counts.shape
    join = join_of(c, b)
    laid = 0
    if c > DENSITY_FINE and "density" in parts:
        laid = max((len(_laid(frame)[0]) for frame in frames), default=0)
    top = 0.0
    if "histograms" in parts:
        sums = (frame.grad_counts.sum(axis=1).max(initial=0) for frame in frames)
        top = float(max(max(sums), *(frame.grad_weights.max(initial=0) for frame in frames)))
    return FrameLayout(parts, max(widths, default=0), laid, join, top * join > HALF_MOST)


def join_of(c: int, b: int) -> int:
    """The fewest bins to join that divide b and leave c × b / join at most `BINS_MOST`."""
    fits = [j for j in range(1, b + 1) if b % j == 0 and b // j >= min(b, BINS_LEAST)]
    return next((j for j in fits if c * (b // j) <= BINS_MOST), fits[-1])


def record(frame: Frame, scene: Scene, layout: FrameLayout) -> Arrays:
    """Everything the layout asks for and the frame has."""
    c = len(scene.class_names)
    parts = layout.parts
    targets = np.asarray(scene.tracked_targets)
    arrays: Arrays = {
        "recall": _of_classes(frame.recall),
        "mean_weight": _of_classes(_class_mean_weight(frame, targets, c)),
        "mean_grad": _of_classes(_class_mean_grad(frame, targets, c)),
    }
    if "confusion" in parts:
        arrays |= _confused(frame, c)
    if "plane" in parts and frame.grid_class is not None and frame.grid_confidence is not None:
        arrays["grid"] = (_grid_codes(frame.grid_class, frame.grid_confidence, c), 1.0)
    if "samples" in parts and len(targets):
        arrays |= _samples(frame, targets, c, fine="plane" not in parts)
    if "gallery" in parts and scene.gallery_targets is not None:
        arrays |= _gallery(frame, np.asarray(scene.gallery_targets), c)
    if "histograms" in parts:
        arrays |= _histograms(frame, targets, layout)
    if "density" in parts and layout.unit:
        arrays |= _density(frame, c, layout)
    if "effects" in parts:
        arrays["effective"] = (effective_samples(frame).astype("<f4"), 1.0)
        arrays["head_norm"] = _of_classes(frame.head_norms)
        if frame.class_pull is not None:
            arrays["pull"] = _of_classes(frame.class_pull)
        if frame.inter_weight is not None:
            arrays["inter_weight"] = _of_classes(frame.inter_weight)
    return arrays


def _of_classes(values: Array) -> tuple[Array, float]:
    """(c,) numbers as floats, NaN where unknown: half floats of many classes."""
    if len(values) <= MANY_CLASSES:
        return np.asarray(values, dtype="<f4"), 1.0
    return np.clip(values, -HALF_MOST, HALF_MOST).astype("<f2"), 1.0


def _confused(frame: Frame, c: int) -> Arrays:
    """The whole confusion of few classes, the most frequent mistakes of each of many."""
    if c > CONFUSION_MOST:
        taken_for, share = most_confused(frame, MISTAKES if c <= MANY_CLASSES else 1)
        return {
            "mistaken": (taken_for.astype("<u2"), 1.0),
            "mistaken_share": quantised(share, "<u2"),
        }
    share = np.asarray(frame.confusion) / np.maximum(frame.tested[:, None], 1)
    return {"confusion": quantised(share, "<u2" if c <= CONFUSION_FINE else "u1")}


def most_confused(frame: Frame, most: int) -> tuple[Array, Array]:
    """(c, most) classes that each class is mistaken for most often, and their shares of its tests.

    In falling order; `NO_CLASS` and 0 where there are fewer.
    """
    table = frame.confusion
    if not isinstance(table, SparseTable):
        table = SparseTable.of(table)
    wrong = np.flatnonzero(table.rows != table.columns)
    rows, count = table.rows[wrong], table.wide[wrong]
    order = np.lexsort((table.columns[wrong], -count, rows))
    rows, count, to = rows[order], count[order], table.columns[wrong][order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = place < most
    at = (rows[kept], place[kept])
    mistaken = np.full((table.shape[0], most), NO_CLASS)
    share = np.zeros((table.shape[0], most))
    mistaken[at] = to[kept]
    share[at] = count[kept] / frame.tested[rows[kept]]
    return mistaken, share


def effective_samples(frame: Frame) -> Array:
    """(c,) effective number of samples (Σ w)² / Σ w² of each class in the epoch, NaN for none."""
    total = frame.grad_weights.sum(axis=1)
    square = np.where(frame.weight_square > 0, frame.weight_square, np.nan)
    return np.asarray(total**2 / square)


def density_kind(frame: Frame) -> str | None:
    """``own`` for a density of each class, ``shared`` for one of all classes, or ``None``."""
    if frame.density is None or frame.regions is None:
        return None
    same = len(frame.density) > 1 and bool((frame.density == frame.density[0]).all())
    if same and bool((frame.regions == frame.regions[0]).all()) and frame.density.any():
        return "shared"
    return "own"


def quantised(share: Array, dtype: str) -> tuple[Array, float]:
    """Values in [0, 1] as whole numbers of ``dtype``, whose largest stands for 1."""
    top = np.iinfo(dtype).max
    return np.rint(np.clip(np.nan_to_num(share), 0, 1) * top).astype(dtype), 1 / top


def half(values: Array) -> Array:
    """Half floats, cut to what they can hold."""
    return np.asarray(np.clip(np.nan_to_num(values), -HALF_MOST, HALF_MOST).astype("<f2"))


def _samples(frame: Frame, targets: Array, c: int, *, fine: bool) -> Arrays:
    own = own_probability(frame.tracked_logits, targets)
    predicted = predicted_of(frame.tracked_logits)
    return {
        "weight": (half(frame.tracked_weight), 1.0),
        "grad": quantised(frame.tracked_grad_norm, "<u2" if fine else "u1"),
        "own": quantised(own, "u1"),
        "predicted": (predicted.astype("u1" if c <= 256 else "<u2"), 1.0),
    }


def _gallery(frame: Frame, targets: Array, c: int) -> Arrays:
    if frame.gallery_logits is None or frame.gallery_weight is None:
        return {}
    own = own_probability(frame.gallery_logits, targets)
    predicted = predicted_of(frame.gallery_logits)
    return {
        "gallery_weight": (half(frame.gallery_weight), 1.0),
        "gallery_grad": quantised(np.asarray(frame.gallery_grad_norm), "<u2"),
        "gallery_own": quantised(own, "<u2"),
        "gallery_predicted": (predicted.astype("u1" if c <= 256 else "<u2"), 1.0),
    }


def _histograms(frame: Frame, targets: Array, layout: FrameLayout) -> Arrays:
    """(c, b) counts, weights and pulls; of the tracked samples where the epoch trained none.

    The weights of many classes are left out: no panel draws them alone.
    """
    if frame.grad_counts.any():
        recorded = (frame.grad_counts, frame.grad_weights, frame.grad_pull)
        tables = [np.asarray(table) for table in recorded]
    else:
        tables = tracked_histograms(frame, targets)
    c, b = frame.grad_counts.shape
    tables = [t.reshape(c, b // layout.join, layout.join).sum(axis=2) for t in tables]
    if layout.wide:
        kept = [np.asarray(t, dtype="<f4") for t in tables]
    else:
        kept = [np.rint(tables[0]).astype("<u2"), half(tables[1]), half(tables[2])]
    names = ("hist_count", "hist_weight", "hist_pull")
    sent = {name: (table, 1.0) for name, table in zip(names, kept, strict=True)}
    if c > CONFUSION_MOST:
        del sent["hist_weight"]
    return sent


def tracked_histograms(frame: Frame, targets: Array) -> list[Array]:
    """(c, b) counts, weights and weights × g of the tracked samples, in the bins of an epoch."""
    shape = frame.grad_counts.shape
    g = np.clip(np.nan_to_num(frame.tracked_grad_norm, nan=1.0), 0, 1)
    at = targets * shape[1] + np.minimum((g * shape[1]).astype(np.int64), shape[1] - 1)
    weight = np.nan_to_num(frame.tracked_weight).astype(np.float64)
    size = shape[0] * shape[1]
    return [
        np.bincount(at, weights=w, minlength=size).reshape(shape)
        for w in (np.ones_like(weight), weight, weight * g)
    ]


def _density(frame: Frame, c: int, layout: FrameLayout) -> Arrays:
    """Density and weights by region, (c,) regions; zeros for a method without a density.

    (c, u), padded with 0; of many classes the rows of all laid end to end, without padding, or a
    single row if all are the same (``one_row``).
    """
    regions = np.zeros(c, dtype="u1" if layout.unit <= 255 else "<u2")
    if frame.density is not None and frame.regions is not None:
        regions[:] = frame.regions
    arrays: Arrays = {"regions": (regions, 1.0)}
    if layout.laid:
        density, weight = _laid(frame)
        one_row = frame.density is not None and len(density) < int(regions.sum())
        arrays["one_row"] = (np.array([one_row], dtype="u1"), 1.0)
        tables = np.zeros((2, layout.laid), dtype="<f2")
        tables[:, : len(density)] = half(density), half(weight)
    else:
        tables = np.zeros((2, c, layout.unit), dtype="<f4")
        if frame.density is not None and frame.regions is not None:
            for table, values in zip(tables, (frame.density, frame.region_weight), strict=True):
                if values is not None:
                    table[:, : values.shape[1]] = np.nan_to_num(values)
    return {"density": (tables[0], 1.0), "region_weight": (tables[1], 1.0), **arrays}


def _laid(frame: Frame) -> tuple[Array, Array]:
    """Density and weights of the regions of all classes end to end; one row if all are alike."""
    if frame.density is None or frame.regions is None:
        return np.zeros(0), np.zeros(0)
    density = frame.density
    weight = np.zeros_like(density) if frame.region_weight is None else frame.region_weight
    regions = np.asarray(frame.regions)
    alike = all(bool((rows == rows[:1]).all()) for rows in (regions, density, weight))
    if alike:
        density, weight, regions = density[:1], weight[:1], regions[:1]
    inside = np.arange(density.shape[1]) < regions[:, None]
    return density[inside], weight[inside]


def _grid_codes(grid_class: Array, confidence: Array, c: int) -> Array:
    """(g, g) class and confidence as one byte: class · L + level."""
    levels = max(1, 256 // c)
    above = np.clip((confidence / 255.0 - 1 / c) / (1 - 1 / c), 0, 1)
    level = np.rint(above * (levels - 1))
    return np.asarray(grid_class.astype(np.int64) * levels + level, dtype="u1")


def _class_mean_weight(frame: Frame, targets: Array, c: int) -> Array:
    """(c,) mean weight over the epoch, or of the tracked samples where the epoch saw none."""
    mean = np.asarray(frame.mean_weight, dtype=np.float64)
    return np.where(np.isfinite(mean), mean, _mean_by_class(frame.tracked_weight, targets, c))


def _class_mean_grad(frame: Frame, targets: Array, c: int) -> Array:
    """(c,) mean gradient norm, by the centres of its bins, or of the tracked samples."""
    b = frame.grad_counts.shape[1]
    counts = frame.grad_counts.sum(axis=1)
    total = np.asarray(frame.grad_counts) @ ((np.arange(b) + 0.5) / b)
    mean = total / np.where(counts > 0, counts, np.nan)
    return np.where(np.isfinite(mean), mean, _mean_by_class(frame.tracked_grad_norm, targets, c))


def _mean_by_class(values: Array, targets: Array, c: int) -> Array:
    seen = np.bincount(targets, minlength=c)
    total = np.bincount(targets, weights=np.nan_to_num(values), minlength=c)
    return np.asarray(total / np.where(seen > 0, seen, np.nan))
