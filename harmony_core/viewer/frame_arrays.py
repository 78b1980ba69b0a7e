"""The arrays of one frame, as a payload sends them: name → (raw values, scale).

Axes: c classes, b bins of the gradient norm, u unit regions, k tracked samples, g side of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..frames import Frame, Scene
from ..top_logits import own_probability, predicted_of

Arrays = dict[str, tuple[Array, float]]
CONFUSION_FINE = 40
CONFUSION_MOST = 256
BINS_MOST = 2_500
"""Classes × bins above which neighbouring bins are joined."""
BINS_LEAST = 10
DENSITY_FINE = 40
"""Classes above which the density is sent as half floats."""
HALF_MOST = 65_504.0


@dataclass(frozen=True)
class FrameLayout:
    """What the records of one payload hold, the same for all of them."""

    parts: frozenset[str]
    unit: int = 0
    """Unit regions of the largest class of any method; 0 if no method has a density."""
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
    top = 0.0
    if "histograms" in parts:
        sums = (frame.grad_counts.sum(axis=1).max(initial=0) for frame in frames)
        top = float(max(max(sums), *(frame.grad_weights.max(initial=0) for frame in frames)))
    return FrameLayout(parts, max(widths, default=0), join, top * join > HALF_MOST)


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
        "recall": (np.asarray(frame.recall, dtype="<f4"), 1.0),
        "mean_weight": (_class_mean_weight(frame, targets, c).astype("<f4"), 1.0),
        "mean_grad": (_class_mean_grad(frame, targets, c).astype("<f4"), 1.0),
    }
    if "confusion" in parts and c <= CONFUSION_MOST:
        share = np.asarray(frame.confusion) / np.maximum(frame.tested[:, None], 1)
        arrays["confusion"] = quantised(share, "<u2" if c <= CONFUSION_FINE else "u1")
    if "plane" in parts and frame.grid_class is not None and frame.grid_confidence is not None:
        arrays["grid"] = (_grid_codes(frame.grid_class, frame.grid_confidence, c), 1.0)
    if "samples" in parts and len(targets):
        arrays |= _samples(frame, targets, c, fine="plane" not in parts)
    if "gallery" in parts and scene.gallery_targets is not None:
        arrays |= _gallery(frame, np.asarray(scene.gallery_targets), c)
    if "histograms" in parts:
        arrays |= _histograms(frame, targets, layout)
    if "density" in parts and layout.unit:
        arrays |= _density(frame, c, layout.unit)
    if "effects" in parts:
        arrays["effective"] = (effective_samples(frame).astype("<f4"), 1.0)
        arrays["head_norm"] = (np.asarray(frame.head_norms, dtype="<f4"), 1.0)
        if frame.class_pull is not None:
            arrays["pull"] = (np.asarray(frame.class_pull, dtype="<f4"), 1.0)
        if frame.inter_weight is not None:
            arrays["inter_weight"] = (np.asarray(frame.inter_weight, dtype="<f4"), 1.0)
    return arrays


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
    """(c, b) counts, weights and pulls; of the tracked samples where the epoch trained none."""
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
    return {name: (table, 1.0) for name, table in zip(names, kept, strict=True)}


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


def _density(frame: Frame, c: int, unit: int) -> Arrays:
    """(c, u) density and weights padded with 0, (c,) regions; zeros for a method without."""
    kind = "<f4" if c <= DENSITY_FINE else "<f2"
    padded = np.zeros((2, c, unit), dtype=kind)
    regions = np.zeros(c, dtype="u1" if unit <= 255 else "<u2")
    if frame.density is not None and frame.regions is not None:
        for table, values in zip(padded, (frame.density, frame.region_weight), strict=True):
            if values is not None:
                kept = half(values) if kind == "<f2" else np.nan_to_num(values)
                table[:, : values.shape[1]] = kept
        regions[:] = frame.regions
    return {
        "density": (padded[0], 1.0),
        "region_weight": (padded[1], 1.0),
        "regions": (regions, 1.0),
    }


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
