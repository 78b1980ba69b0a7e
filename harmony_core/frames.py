"""What is recorded of a training, and its files.

A `Frame` holds what is recorded of one method after one epoch; a `Scene` holds what all frames of a
repeat share (classes, tracked samples, the plane and its Bayes regions). Both are NumPy arrays, so
a page can read them without torch.

With more than `cells.DENSE_CLASSES` classes, tables by class hold the cells that are not zero, and
of logits the ten largest are kept: a run of 8,142 classes then takes about 1 GB, not 200.

Axes: c classes, b bins of the gradient norm on [0, 1], u unit regions of the loss's own density
(padded to the largest class), k tracked samples, g side of the decision grid, l landmarks of the
embedding, d features, h points of hard parts, t test images of the gallery.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .arrays import Array
from .cells import SparseTable, Table
from .errors import RunError
from .files import Part, read_npz, write_npz
from .top_logits import Logits, TopLogits

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
    """Mean of the minimised loss over the epoch's steps (NaN at epoch 0)."""
    test_loss: float
    """Mean cross-entropy on the test set, in nats."""
    ece: float
    """Expected calibration error on the test set, 15 bins, in [0, 1]."""
    confusion: Table
    """(c, c) int64 test counts, rows true, columns predicted."""
    grad_counts: Table
    """(c, b) float64: training samples of the epoch by class and difficulty, the gradient norm by
    which the loss judges them."""
    grad_weights: Table
    """(c, b) float64: the same, each sample counted with its weight."""
    grad_pull: Table
    """(c, b) float64: the same, each counted with its weight × gradient norm of the loss."""
    weight_square: Array
    """(c,) float64: sum over the epoch's samples of weight²."""
    head_norms: Array
    """(c,) float32: Euclidean norm of each class's row in the last layer."""
    tracked_weight: Array
    """(k,) float32: weight of each tracked sample at the end of the epoch."""
    tracked_grad_norm: Array
    """(k,) float32: gradient norm of each tracked sample, as the method's loss measures it."""
    tracked_logits: Logits
    """(k, c) float16: plain logits of the tracked samples."""
    class_pull: Array | None = None
    """(c,) float32: the gradient that the class's tracked samples contribute over that under
    cross-entropy; NaN without a sample left to learn; ``None`` in frames recorded before it."""
    inter_weight: Array | None = None
    """(c,) float32: the factor of the weights that depends on the class alone; ``None`` in frames
    written before this field existed."""
    learned_offset: Array | None = None
    """(c,) float32: what the loss adds to the logits, if training changes it."""
    density: Array | None = None
    """(c, u) float32, float16 with many classes: decayed counts A_c of the loss's own
    gradient density."""
    regions: Array | None = None
    """(c,) int64: number of unit regions M_c of each class in `density`."""
    region_weight: Array | None = None
    """(c, u) float32, float16 with many classes: the weight of a sample in each unit region."""
    grid_class: Array | None = None
    """(g, g) uint8: predicted class on the plane, row 0 at the lowest y."""
    grid_confidence: Array | None = None
    """(g, g) uint8: probability of that class, 255 = 1."""
    landmark_features: Array | None = None
    """(l, d) float16: penultimate features of the landmark samples."""
    landmark_logits: Logits | None = None
    """(l, c) float16"""
    head_weight: Array | None = None
    """(c, d) float32: last layer, as applied to `landmark_features`; ``None`` with many classes."""
    head_bias: Array | None = None
    """(c,) float32"""
    gallery_logits: Logits | None = None
    """(t, c) float16: plain logits of the test images of the gallery; ``None`` for other data, and
    in frames written before the gallery existed."""
    gallery_weight: Array | None = None
    """(t,) float32: the weight that the loss would give each of them as a training sample."""
    gallery_grad_norm: Array | None = None
    """(t,) float32: gradient norm of each, as the method's loss measures it."""
    auprc: float = math.nan
    """Macro average precision on the test set, in [0, 1]; NaN where it was not computed:
    before the last epoch of large test sets, and in frames written before this field existed."""
    tracked_loss: Array | None = None
    """(k,) float32: loss of each tracked sample before its weight, which needs the logits of all
    classes; ``None`` where all are in `tracked_logits`."""

    @property
    def tested(self) -> Array:
        """(c,) int64 test samples of each class."""
        return np.asarray(self.confusion.sum(axis=1))

    @property
    def recall(self) -> Array:
        """(c,) share of each class's test samples that are predicted correctly; NaN without any."""
        total = self.tested
        return np.asarray(self.confusion.diagonal() / np.where(total > 0, total, np.nan))

    def predicted_as(self, label: int) -> tuple[Array, Array]:
        """The classes, ascending, that test samples of class ``label`` are predicted as, and how
        many of them; both (q,)."""
        if isinstance(self.confusion, SparseTable):
            return self.confusion.row(label)
        classes = np.flatnonzero(self.confusion[label])
        return classes, np.asarray(self.confusion[label][classes])

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have test samples."""
        known = self.recall[np.isfinite(self.recall)]
        return float(known.mean()) if len(known) else math.nan

    @property
    def mean_weight(self) -> Array:
        """(c,) mean weight of each class's samples over the epoch (NaN if it had none)."""
        counts = self.grad_counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.grad_weights.sum(axis=1) / counts)


@dataclass(frozen=True)
class Scene:
    """What the frames of a repeat share. Absent arrays are ``None``."""

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
    """(k,) int64: their training labels, after label noise."""
    tracked_flipped: Array
    """(k,) bool: whether label noise replaced the label."""
    tracked_inputs: Array
    """(k, 2) float32 points, or (k, h, w, channels) uint8 thumbnails."""
    extent: tuple[float, float, float, float] | None = None
    """x low, x high, y low, y high of the decision grid, for points in the plane."""
    bayes_class: Array | None = None
    """(g, g) uint8: class of the Bayes rule for the *balanced* problem."""
    bayes_density: Array | None = None
    """(g, g) float32: density of the balanced problem, with sum 1."""
    bayes_accuracy: float | None = None
    """Balanced accuracy of the Bayes rule on the test set."""
    hard_points: Array | None = None
    """(h, 2) float32: new points of the rare parts of classes, equally many of each part; ``None``
    without such parts, and in scenes written before this field existed."""
    hard_targets: Array | None = None
    """(h,) int64: their classes."""
    landmark_index: Array | None = None
    """(l,) int64: rows of the training set, or n_train + row of the test set."""
    landmark_targets: Array | None = None
    landmark_inputs: Array | None = None
    gallery_index: Array | None = None
    """(t,) int64: rows of the test set that are recorded one by one, to look at; ``None`` for data
    that are no images, and in scenes written before the gallery existed."""
    gallery_targets: Array | None = None
    """(t,) int64: their classes."""
    gallery_pictures: Array | None = None
    """(t, h, w, channels) uint8: small pictures of them."""
    notes: tuple[str, ...] = field(default=())
    """What a user should know about the data, one sentence each."""


def save_frames(path: Path, frames: list[Frame]) -> None:
    """Write the frames of one epoch, one for each method, atomically as one ``.npz``."""
    write_npz(path, [_split(frame) for frame in frames])


def load_frames(path: Path) -> list[Frame]:
    """Read what `save_frames` wrote; a missing or damaged file raises `RunError`."""
    return [_join(Frame, values, arrays, path) for values, arrays in read_npz(path)]


def save_scene(path: Path, scene: Scene) -> None:
    """Write a scene atomically as one ``.npz``."""
    write_npz(path, [_split(scene)])


def load_scene(path: Path) -> Scene:
    """Read what `save_scene` wrote; a missing or damaged file raises `RunError`."""
    values, arrays = next(iter(read_npz(path)), ({}, {}))
    for name in ("class_names", "notes", "extent"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    return _join(Scene, values, arrays, path)


def _split(value: Frame | Scene) -> Part:
    """The JSON-ready fields and the arrays of a frame or scene."""
    values: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    for item in dataclasses.fields(value):
        content = getattr(value, item.name)
        if isinstance(content, np.ndarray):
            arrays[item.name] = content
        elif isinstance(content, SparseTable | TopLogits):
            arrays |= {f"{item.name}.{part}": array for part, array in content.parts().items()}
        elif content is not None:
            values[item.name] = content
    return values, arrays


def _join(kind: type[T], values: dict[str, Any], arrays: dict[str, Array], path: Path) -> T:
    try:
        return kind(**values, **_assembled(arrays))
    except (TypeError, KeyError, ValueError) as error:
        raise RunError(
            f"Expected {path.name} to hold a {kind.__name__} of this version, but got: {error}. "
            "Run the experiment again."
        ) from error


def _assembled(arrays: dict[str, Array]) -> dict[str, Any]:
    """Arrays by the name of their field; those named ``field.part`` as what they are parts of."""
    found: dict[str, Any] = {name: array for name, array in arrays.items() if "." not in name}
    parts: dict[str, dict[str, Array]] = {}
    for name in arrays.keys() - found.keys():
        field_name, part = name.split(".", 1)
        parts.setdefault(field_name, {})[part] = arrays[name]
    for name, content in parts.items():
        table = "columns" in content
        found[name] = (SparseTable if table else TopLogits).from_parts(content)
    return found
