"""Tables as the judge of `advice.py` sees them: features, and splits that keep copies together.

Axes: n rows, d features, c classes.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FAR = 10.0
"""Standard deviations beyond which a number is clipped, for the models that scale."""


@dataclass(frozen=True)
class Table:
    """A CSV file whose last column is the label; rows without a label are left out."""

    name: str
    numbers: Array
    """(n, d₁) float64; gaps are NaN"""
    levels: Array
    """(n, d₂) 0 or 1: the values of the columns of text"""
    codes: Array
    """(n,) int64 in [0, c)"""
    classes: tuple[str, ...]
    copies: Array
    """(n,) int64: equal for rows with equal features, whatever their labels"""
    digest: str
    """SHA-256 of the file"""

    def features(self, train: Array) -> Array:
        """(n, d) float32 for all rows, scaled by the mean and deviation of the training rows."""
        median = np.nanmedian(self.numbers[train], axis=0)
        filled = np.where(np.isnan(self.numbers), median, self.numbers)
        spread = filled[train].std(axis=0)
        scaled = (filled - filled[train].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        both = [np.clip(scaled, -FAR, FAR), self.levels]
        return np.concatenate(both, axis=1).astype(np.float32)

    def unscaled(self) -> Array:
        """(n, d) float32 as the file has them, for trees; a gap is NaN."""
        return np.concatenate([self.numbers, self.levels], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Split:
    """Positions of the training and test rows."""

    train: Array
    test: Array


def read_table(path: Path) -> Table:
    """Read a CSV file with a header; the last column is the label."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=["", "?", "NA", "None"])
    frame = frame[frame.iloc[:, -1].notna()]
    labels = frame.iloc[:, -1].astype(str)
    classes, codes = np.unique(labels, return_inverse=True)
    numbers, levels = [], []
    for column in frame.columns[:-1]:
        values = pd.to_numeric(frame[column], errors="coerce")
        if (values.isna() == frame[column].isna()).all():
            if values.nunique() > 1:
                numbers.append(values.to_numpy(dtype=float))
        else:
            one_hot = pd.get_dummies(frame[column].fillna("missing"), dtype=float)
            levels.append(one_hot.to_numpy())
    n = len(frame)
    tall = np.stack(numbers, axis=1) if numbers else np.zeros((n, 0))
    wide = np.concatenate(levels, axis=1) if levels else np.zeros((n, 0))
    both = np.concatenate([np.nan_to_num(tall, nan=np.inf), wide], axis=1)
    copies = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Table(path.stem, tall, wide, codes, tuple(map(str, classes)), copies, digest)


def splits(
    table: Table, folds: int, repeats: int, rows: Array | None = None, seed: int = 0
) -> Iterator[Split]:
    """Repeated stratified k-fold of ``rows`` (all of them for None), copies on one side.

    Each group of copies is stratified by the label of its first row. A class of fewer groups than
    folds is trained on and never tested, so that all splits test the same classes.
    """
    from sklearn.model_selection import StratifiedKFold

    rows = np.arange(len(table.codes)) if rows is None else rows
    _, first, group = np.unique(table.copies[rows], return_index=True, return_inverse=True)
    codes = table.codes[rows]
    labels = codes[first]
    groups = np.bincount(labels, minlength=len(table.classes))
    judged = (groups >= folds)[codes]
    for repeat in range(repeats):
        fold = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # classes smaller than the folds
            parts = list(fold.split(labels, labels))
        for _, held in parts:
            tested = np.isin(group, held) & judged
            yield Split(rows[~tested], rows[tested])


def scores(codes: Array, predicted: Array) -> dict[str, float]:
    """Balanced accuracy, accuracy and macro-F1 over the classes that are tested."""
    from sklearn.metrics import f1_score, recall_score

    tested = np.unique(codes)
    options: dict[str, Any] = {"labels": tested, "average": "macro", "zero_division": 0}
    return {
        "balanced_accuracy": float(recall_score(codes, predicted, **options)),
        "accuracy": float((codes == predicted).mean()),
        "macro_f1": float(f1_score(codes, predicted, **options)),
    }


def adjusted(log_probabilities: Array, counts: Array, tau: float = 1.0) -> Array:
    """log p − τ log π: post-hoc logit adjustment (Menon et al. 2021, arXiv 2007.07314)."""
    return np.asarray(log_probabilities - tau * np.log(np.maximum(counts, 0.5) / counts.sum()))
