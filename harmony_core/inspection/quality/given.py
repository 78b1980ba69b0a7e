"""Predictions or embeddings that a person brings, to judge labels by.

Axes: n samples, c classes, d values.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...readers.labels import Labels
from ...readers.messages import Progress, listed, silent
from ...readers.tables.number_file import read_numbers
from .predictions import Predictions, as_given, by_model

PROBABILITIES, EMBEDDINGS = "probs", "embeddings"
OFF = 0.02
"""How far the probabilities of a sample may be from summing to 1."""
SHOWN = 4


@dataclass(frozen=True)
class Given:
    """One row of numbers for each sample of the file, in its order."""

    kind: str
    """`PROBABILITIES` or `EMBEDDINGS`."""
    values: Array
    """(n, c) or (n, d) float32"""
    notes: tuple[str, ...] = ()

    def predictions(
        self, rows: Array, groups: Array | None = None, progress: Progress = silent
    ) -> Predictions:
        """Predictions for the samples at ``rows``, of which ``groups`` are equal for copies."""
        values = self.values[rows]
        if self.kind == PROBABILITIES:
            return as_given(values)
        spread = values.std(axis=0)
        values = (values - values.mean(axis=0)) / np.where(spread > 1e-9, spread, 1)
        return by_model(values, groups, linear=True, progress=progress)


def read_given(
    labels: Labels, probs: str | Path | None = None, embeddings: str | Path | None = None
) -> Given | None:
    """The predictions in the file ``probs`` or the embeddings in the file ``embeddings``.

    The files are NPY, NPZ, CSV, TSV or Parquet. `DataError` unless there is one row for each sample
    and, for predictions, one column for each class, with rows of probabilities that sum to 1.
    Columns named like the classes are put into their order.
    """
    if probs is not None and embeddings is not None:
        raise DataError("Expected --probs or --embeddings, but got both. Give the one you trust.")
    if probs is None and embeddings is None:
        return None
    path = Path(str(probs if probs is not None else embeddings))
    if labels.codes is None:
        raise DataError(
            f"Expected samples with one label each to judge by {path.name}, but this file has none "
            "or several. Leave the file of predictions or embeddings out."
        )
    numbers = read_numbers(path, "pred_probs" if probs is not None else "embeddings")
    values = numbers.values
    if len(values) != labels.rows:
        raise DataError(
            f"Expected one row in {path.name} for each of the {labels.rows:,} samples, in their "
            f"order, but got {len(values):,}. Write it for all samples of the file."
        )
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise DataError(
            f"Expected numbers in {path.name}, but row {row + 1} holds a missing or infinite one. "
            "Fill it in."
        )
    if embeddings is not None:
        note = f"Labels were judged by the embeddings in {path.name} ({values.shape[1]:,} numbers)."
        return Given(EMBEDDINGS, values, (note,))
    values, order = _in_order(values, numbers.names, labels.names, path.name)
    _check_sums(values, path.name)
    note = f"Labels were judged by the predictions in {path.name}; its columns are {order}."
    return Given(PROBABILITIES, values, (note,))


def _in_order(
    values: Array, columns: tuple[str, ...], classes: tuple[str, ...], file: str
) -> tuple[Array, str]:
    """The columns in the order of the classes, and which these are, in words."""
    place = {name: i for i, name in enumerate(columns)}
    if set(classes) <= place.keys():
        return values[:, [place[name] for name in classes]], "named like the classes"
    if values.shape[1] != len(classes):
        raise DataError(
            f"Expected one column in {file} for each of the {len(classes):,} classes "
            f"({listed(classes, SHOWN)}), but got {values.shape[1]:,}. Write one probability per "
            "class, or name the columns like the classes."
        )
    return values, f"taken for the classes in order: {listed(classes, SHOWN)}"


def _check_sums(values: Array, file: str) -> None:
    outside = (values < -1e-6) | (values > 1 + 1e-6)
    off = np.abs(values.sum(axis=1) - 1) > OFF
    wrong = np.flatnonzero(off | outside.any(axis=1))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f"Expected probabilities in {file} that sum to 1 in every row, but row {row + 1} has "
            f"{', '.join(f'{v:.3g}' for v in values[row, :SHOWN].tolist())}, … with the sum "
            f"{values[row].sum():.3g}. If these are logits, apply softmax first."
        )
