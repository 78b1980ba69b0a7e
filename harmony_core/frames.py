"""What one method looked like after one epoch, and how that is kept on disk.

A `Scene` holds what stays the same while an experiment trains (classes, tracked samples, the plane
and its Bayes regions); a `Frame` holds what one method adds after one epoch. Both are plain NumPy,
so a page can read them without torch. Files are written under a temporary name and then moved into
place, so a reader never sees half of one.

Axes: c classes, b bins of the gradient norm on [0, 1], u unit regions of the loss's own density
(padded to the largest class), k tracked samples, g side of the decision grid, l landmarks of the
embedding, d features.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from .errors import RunError

Array = NDArray[Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Frame:
    """One method after one epoch (epoch 0: the initial weights). Absent arrays are ``None``."""

    method: int
    """Position of the method in ``config.methods``."""
    repeat: int
    epoch: int
    lr: float
    """Learning rate of the epoch's last step."""
    train_loss: float
    """Mean over the epoch's steps of the loss that was minimised (NaN at epoch 0)."""
    test_loss: float
    """Mean plain cross-entropy on the balanced test set, nats."""
    ece: float
    """Expected calibration error on the balanced test set, 15 bins, in [0, 1]."""
    confusion: Array
    """(c, c) int64 test counts, rows true, columns predicted."""
    grad_counts: Array
    """(c, b) float64: training samples of the epoch by class and gradient norm (the loss's)."""
    grad_weights: Array
    """(c, b) float64: the same, each sample counted with its weight."""
    grad_pull: Array
    """(c, b) float64: the same, each counted with weight × gradient norm: its pull."""
    weight_square: Array
    """(c,) float64: sum over the epoch's samples of weight²."""
    head_norms: Array
    """(c,) float32: Euclidean norm of each class's row in the last layer."""
    tracked_weight: Array
    """(k,) float32: weight of each tracked sample at the end of the epoch."""
    tracked_grad_norm: Array
    """(k,) float32: gradient norm of each tracked sample, as the method's loss measures it."""
    tracked_logits: Array
    """(k, c) float16: plain logits of the tracked samples."""
    inter_weight: Array | None = None
    """(c,) float32: the part of the weights of the epoch that the class alone decides; ``None`` in
    frames of before it was recorded."""
    density: Array | None = None
    """(c, u) float32: decayed counts A_c of the loss's own gradient density."""
    regions: Array | None = None
    """(c,) int64: number of unit regions M_c of each class in `density`."""
    region_weight: Array | None = None
    """(c, u) float32: the weight the loss gives in each unit region."""
    grid_class: Array | None = None
    """(g, g) uint8: predicted class on the plane, row 0 at the lowest y."""
    grid_confidence: Array | None = None
    """(g, g) uint8: probability of that class, 255 = 1."""
    landmark_features: Array | None = None
    """(l, d) float16: penultimate features of the landmark samples."""
    landmark_logits: Array | None = None
    """(l, c) float16"""
    head_weight: Array | None = None
    """(c, d) float32: last layer, as applied to `landmark_features`."""
    head_bias: Array | None = None
    """(c,) float32"""

    @property
    def recall(self) -> Array:
        """(c,) share of each class's test samples that are predicted right."""
        total = np.maximum(self.confusion.sum(axis=1), 1)
        return np.asarray(np.diag(self.confusion) / total)

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the class recalls."""
        return float(self.recall.mean())

    @property
    def mean_weight(self) -> Array:
        """(c,) mean weight of each class's samples over the epoch (NaN where none was seen)."""
        counts = self.grad_counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.grad_weights.sum(axis=1) / counts)

    @property
    def mean_intra_weight(self) -> Array | None:
        """(c,) mean over the epoch of what difficulty adds: `mean_weight` over `inter_weight`."""
        if self.inter_weight is None:
            return None
        return np.asarray(self.mean_weight / np.maximum(self.inter_weight, np.finfo("f4").tiny))


@dataclass(frozen=True)
class Scene:
    """What all frames of one repeat share."""

    kind: str
    """``points``, ``images`` or ``table``."""
    class_names: tuple[str, ...]
    train_counts: Array
    """(c,) int64"""
    test_counts: Array
    """(c,) int64"""
    tracked_index: Array
    """(k,) int64: rows of the training set."""
    tracked_targets: Array
    """(k,) int64: labels as trained on."""
    tracked_flipped: Array
    """(k,) bool: the label was replaced by label noise."""
    tracked_inputs: Array
    """(k, 2) float32 points, or (k, h, w, channels) uint8 thumbnails."""
    extent: tuple[float, float, float, float] | None = None
    """x low, x high, y low, y high of the decision grid, for points in the plane."""
    bayes_class: Array | None = None
    """(g, g) uint8: the Bayes decision of the *balanced* problem on the grid."""
    bayes_density: Array | None = None
    """(g, g) float32: density of the balanced problem on the grid, summing to 1."""
    bayes_accuracy: float | None = None
    """Balanced accuracy of the Bayes rule on the test set."""
    landmark_index: Array | None = None
    """(l,) int64: rows of the training set, or n_train + row of the test set."""
    landmark_targets: Array | None = None
    landmark_inputs: Array | None = None
    notes: tuple[str, ...] = field(default=())
    """What a user should know about the data, one sentence each."""


def save_frames(path: Path, frames: list[Frame]) -> None:
    """Write the frames of one epoch (one a method) atomically as one ``.npz``."""
    write_npz(path, [_split(frame) for frame in frames])


def load_frames(path: Path) -> list[Frame]:
    """Read what `save_frames` wrote; a missing or damaged file raises `RunError`."""
    return [_join(Frame, plain, arrays, path) for plain, arrays in read_npz(path)]


def save_scene(path: Path, scene: Scene) -> None:
    """Write a scene atomically as one ``.npz``."""
    write_npz(path, [_split(scene)])


def load_scene(path: Path) -> Scene:
    """Read what `save_scene` wrote; a missing or damaged file raises `RunError`."""
    plain, arrays = next(iter(read_npz(path)), ({}, {}))
    for name in ("class_names", "notes", "extent"):
        if isinstance(plain.get(name), list):
            plain[name] = tuple(plain[name])
    return _join(Scene, plain, arrays, path)


Part = tuple[dict[str, Any], dict[str, Array]]


def _split(value: Frame | Scene) -> Part:
    """The JSON-ready fields and the arrays of a frame or scene."""
    plain: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    for item in dataclasses.fields(value):
        content = getattr(value, item.name)
        if isinstance(content, np.ndarray):
            arrays[item.name] = content
        elif content is not None:
            plain[item.name] = content
    return plain, arrays


def _join(kind: type[T], plain: dict[str, Any], arrays: dict[str, Array], path: Path) -> T:
    try:
        return kind(**plain, **arrays)
    except TypeError as error:
        raise RunError(
            f"Expected {path.name} to hold a {kind.__name__} of this version, but got: {error}. "
            "Run the experiment again to record it anew."
        ) from error


RECORD = "__record__"
MOST_IN_RECORD = 2**30
"""Bytes; NumPy's records end at twice as many."""
MOST_HEADER = 2**20
"""Characters in which NumPy may say what a record holds."""


def write_npz(path: Path, parts: list[Part]) -> None:
    """Write JSON-ready fields and arrays of several parts as one ``.npz``, atomically.

    The arrays become the fields of one record: an epoch has some sixty, most of a few hundred
    bytes, and each member of an archive costs a reader a thirtieth of a millisecond.
    """
    arrays: dict[str, Any] = {
        f"{i}.{name}": a for i, (_, part) in enumerate(parts) for name, a in part.items()
    }
    header = np.frombuffer(json.dumps([plain for plain, _ in parts]).encode(), dtype=np.uint8)
    if sum(array.nbytes for array in arrays.values()) <= MOST_IN_RECORD:
        arrays = {RECORD: _record(arrays)}

    def write(file: IO[bytes]) -> None:
        np.savez(file, __header__=header, **arrays)

    write_atomically(path, write)


def _record(arrays: dict[str, Any]) -> Array:
    """Arrays as the fields of one record (): their bytes one after the other."""
    record = np.zeros((), [(name, array.dtype, array.shape) for name, array in arrays.items()])
    for name, array in arrays.items():
        record[name] = array
    return record


def read_npz(path: Path) -> list[Part]:
    """Read what `write_npz` wrote, never unpickling; damage raises `RunError`."""
    try:
        with (
            open(path, "rb") as file,
            np.load(file, allow_pickle=False, max_header_size=MOST_HEADER) as archive,
        ):
            arrays = {name: archive[name] for name in archive.files}
        record = arrays.pop(RECORD, None)
        if record is not None:
            arrays |= {name: record[name].copy() for name in record.dtype.names or ()}
        header = json.loads(arrays.pop("__header__").tobytes())
        parts: list[Part] = [(dict(plain), {}) for plain in header]
        for key, array in arrays.items():
            number, name = key.split(".", 1)
            parts[int(number)][1][name] = array
        return parts
    except Exception as error:  # damage can surface as almost any error of zipfile, json or NumPy
        raise RunError(
            f"Expected {path.name} to be a readable file of this experiment, but got: {error}. "
            "Delete the file, then resume or repeat the experiment."
        ) from error


def write_atomically(path: Path, write: Any, *, durable: bool = False) -> None:
    """Call ``write(file)`` on a temporary file beside ``path``, then move it into place.

    ``durable``: not before it is on the disk, so that not even a power cut leaves an empty file.
    A full disk or an unwritable folder raises `RunError`. Whatever goes wrong, the old file stays
    as it was and no temporary file is left behind.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        with open(temporary, "wb") as file:
            write(file)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise RunError(
            f"Expected to write {path.name} into {path.parent}, "
            f"but got: {error.strerror or error}. "
            "Free some space or choose another runs folder, then resume."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
