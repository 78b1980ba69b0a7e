"""A long-tailed data set, whatever its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .table_encoder import TableEncoder

KINDS = ("points", "images", "table")


class Truth(Protocol):
    """The densities a synthetic data set was drawn from."""

    def log_density(self, points: Array) -> Array:
        """(n, 2) points → (n, c) natural log of each class's density, without label noise."""
        ...


@dataclass(frozen=True)
class LongTailedDataset:
    """Training data with a long tail, and a test set.

    Inputs are float32 (n, d) for points and tables, uint8 (n, h, w, channels) for images; targets
    are int64 in [0, c). A class may lack test samples: it is trained and left out of all figures of
    the test. Raises `DataError` if the parts do not fit together, a class has no training sample,
    there is no test sample at all, or there are fewer than two classes.
    """

    name: str
    kind: str
    train_inputs: Array
    train_targets: Array
    test_inputs: Array
    test_targets: Array
    class_names: tuple[str, ...]
    truth: Truth | None = None
    augment: bool = False
    """Random crop (4 pixels of padding) and horizontal flip while training."""
    flipped: Array | None = None
    """(n,) bool: training labels that label noise replaced."""
    notes: tuple[str, ...] = field(default=())
    encoder: TableEncoder | None = None
    """How the columns of a table became inputs, for new rows."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(
                f"Expected kind to be one of {', '.join(KINDS)}, but got {self.kind!r}."
            )
        c = len(self.class_names)
        if c < 2:
            raise DataError(
                f"Expected at least 2 classes, but got {c}. Add samples of another class."
            )
        for split in ("train", "test"):
            self._check_split(
                split, getattr(self, f"{split}_inputs"), getattr(self, f"{split}_targets")
            )
        if self.train_counts.min() < 1:
            empty = ", ".join(
                self.class_names[i] for i in np.flatnonzero(self.train_counts == 0)[:5]
            )
            raise DataError(
                f"Expected every class to have a training sample, but got none of: {empty}. "
                "Remove the class or add samples of it."
            )
        if not len(self.test_targets):
            raise DataError("Expected test samples, but got none. Provide some of every class.")

    def _check_split(self, split: str, inputs: Array, targets: Array) -> None:
        images = self.kind == "images"
        dtype, axes = (np.uint8, 4) if images else (np.float32, 2)
        if inputs.dtype != dtype or inputs.ndim != axes:
            raise DataError(
                f"Expected {split} inputs of {self.kind} to be {np.dtype(dtype)} with {axes} axes, "
                f"but got {inputs.dtype} of shape {inputs.shape}."
            )
        if targets.dtype != np.int64 or targets.shape != (len(inputs),):
            raise DataError(
                f"Expected {split} targets to be int64 of shape ({len(inputs)},), "
                f"but got {targets.dtype} of shape {targets.shape}."
            )
        if len(targets) and not (0 <= targets.min() and targets.max() < len(self.class_names)):
            raise DataError(
                f"Expected {split} targets in [0, {len(self.class_names)}), but got "
                f"{targets.min()} to {targets.max()}."
            )
        if not images and not np.isfinite(inputs).all():
            bad = int((~np.isfinite(inputs)).any(axis=1).sum())
            raise DataError(
                f"Expected finite {split} inputs, but got NaN or infinity in {bad} rows. "
                "Remove or fill them."
            )

    @property
    def train_counts(self) -> Array:
        """(c,) training samples of each class."""
        return np.bincount(self.train_targets, minlength=len(self.class_names))

    @property
    def test_counts(self) -> Array:
        """(c,) test samples of each class."""
        return np.bincount(self.test_targets, minlength=len(self.class_names))

    @property
    def imbalance_factor(self) -> float:
        """Training samples of the largest class divided by those of the smallest."""
        counts = self.train_counts
        return float(counts.max() / counts.min())
