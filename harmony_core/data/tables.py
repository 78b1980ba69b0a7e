"""A user's file as a data set to train on: all samples, and a balanced test set.

The pilot trains on a part of the samples, the training script and the Arena on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..errors import DataError
from ..readers import limits
from ..readers.contents import Contents
from ..readers.format import AUTO
from ..readers.messages import Progress, listed, silent
from ..readers.open import read_file
from ..readers.sampled_rows import columns_of, profile_rows, stratified_rows
from .assemble import assemble
from .dataset import LongTailedDataset
from .long_tail import counts_within
from .randomness import generator
from .split import balanced_holdout, balanced_part
from .table_encoder import TableEncoder
from .table_specs import GUESS
from .table_specs import NONE as NO_SPLIT
from .uploads import resolve_source


@dataclass(frozen=True)
class Chosen:
    """Rows to train and to test on, and their classes in [0, c)."""

    train: Array
    test: Array
    train_codes: Array
    test_codes: Array
    names: tuple[str, ...]
    notes: tuple[str, ...]


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """The table that ``source`` names, for a run whose parameters are complete and checked."""
    label, split = (int(config.params[name]) for name in ("label_column", "split_column"))
    contents = read_file(
        resolve_source(str(config.params["source"])),
        label=None if label == GUESS else label,
        split=None if split == GUESS else "" if split == NO_SPLIT else split,
        header=str(config.params["header"]),
        progress=progress or silent,
    )
    try:
        data = contents_dataset(contents, seed, progress or silent)
    finally:
        contents.close()
    return assemble(
        config,
        seed,
        kind=data.kind,
        pool=(data.train_inputs, data.train_targets),
        test=(data.test_inputs, data.test_targets),
        counts=counts_within(data.train_counts, config.imbalance_factor, config.profile),
        class_names=data.class_names,
        augment=data.augment,
        notes=data.notes,
    )


def load_training_data(
    path: str | Path,
    *,
    label: str | None = None,
    split: str | None = None,
    separator: str = AUTO,
    header: str = AUTO,
    seed: int = 0,
    progress: Progress = silent,
) -> LongTailedDataset:
    """A table as encoded columns, images as 32 × 32 RGB; see `read_file` for the arguments.

    A test split that has every class is used, cut to the size of its smallest class; otherwise a
    third of the smallest class is held out of every class. Classes with fewer than two samples are
    left out and named in the notes.
    """
    contents = read_file(
        path, label=label, split=split, separator=separator, header=header, progress=progress
    )
    try:
        return contents_dataset(contents, seed, progress)
    finally:
        contents.close()


def contents_dataset(
    contents: Contents, seed: int = 0, progress: Progress = silent
) -> LongTailedDataset:
    """`load_training_data` for contents that are already open."""
    chosen = _choose(contents, seed)
    rows = np.concatenate([chosen.train, chosen.test])
    order = np.argsort(rows, kind="stable")
    trained = np.zeros(len(rows), dtype=bool)
    trained[: len(chosen.train)] = True
    inputs, good = _inputs(contents, rows[order], trained[order], progress)
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = np.arange(len(rows))
    inputs, good = inputs[back], good[back]
    n = len(chosen.train)
    notes = chosen.notes
    tests, test_codes = inputs[n:][good[n:]], chosen.test_codes[good[n:]]
    if not good.all():
        notes += (f"Left out {int((~good).sum()):,} images that cannot be decoded.",)
        if np.bincount(test_codes, minlength=len(chosen.names)).all():  # else refused below
            at = balanced_part(test_codes, seed)
            tests, test_codes = tests[at], test_codes[at]
    return LongTailedDataset(
        name=contents.name,
        kind="images" if contents.images is not None else "table",
        train_inputs=np.ascontiguousarray(inputs[:n][good[:n]]),
        train_targets=chosen.train_codes[good[:n]],
        test_inputs=np.ascontiguousarray(tests),
        test_targets=test_codes,
        class_names=chosen.names,
        augment=contents.images is not None,
        notes=notes,
    )


def _choose(contents: Contents, seed: int) -> Chosen:
    labels = contents.labels
    if labels.codes is None or (contents.images is None and not contents.features):
        raise DataError(
            "Expected samples with features and one class each to train on, but got "
            f"{contents.form} without them. Provide the table, the arrays or the images themselves."
        )
    rows = labels.rows_of(labels.train_split)
    if len(rows) > limits.TRAINING_ROWS:
        codes = np.full(len(labels.codes), -1, dtype=np.int64)
        codes[rows] = labels.codes[rows]
        rows = stratified_rows(codes, limits.TRAINING_ROWS, generator(seed, "training rows"))
    counts = np.bincount(labels.codes[rows], minlength=len(labels.names))
    kept = np.flatnonzero(counts >= 2)
    if len(kept) < 2:
        raise DataError(
            f"Expected at least 2 classes with 2 samples or more, but got {len(kept)}. "
            "Collect more samples."
        )
    names = tuple(labels.names[c] for c in kept)
    small = [labels.names[c] for c in np.flatnonzero(counts < 2) if labels.train_counts[c]]
    notes: tuple[str, ...] = ()
    if small:
        notes = (f"Left out classes with a single sample: {listed(small)}.",)
    place = np.full(len(labels.names), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    rows = rows[place[labels.codes[rows]] >= 0]
    codes = place[labels.codes[rows]]
    tested = labels.test_split
    if tested is not None:
        others = labels.rows_of(tested)
        test_codes = place[labels.codes[others]]
        others, test_codes = others[test_codes >= 0], test_codes[test_codes >= 0]
        if len(np.unique(test_codes)) == len(kept):
            at = balanced_part(test_codes, seed)
            if len(at) < len(others):
                each = len(at) // len(kept)
                notes += (f"The test set is cut to {each:,} samples of every class, at random.",)
            return Chosen(rows, others[at], codes, test_codes[at], names, notes)
        notes += ("The test split lacks classes, so a part of the training split is held out.",)
    train, test = balanced_holdout(codes, names, generator(seed, "test"))
    return Chosen(rows[train], rows[test], codes[train], codes[test], names, notes)


def _inputs(
    contents: Contents, rows: Array, trained: Array, progress: Progress
) -> tuple[Array, Array]:
    """Inputs of sorted rows, and which of them are usable."""
    if contents.images is not None:
        decoded = contents.images.decode(rows, lambda share: progress("Reading images", share))
        return decoded.thumbnails, decoded.readable
    columns = columns_of(profile_rows(contents, rows, progress, "Reading rows").chosen_rows())
    encoder = TableEncoder.fit(columns, np.flatnonzero(trained))
    if not encoder.width:
        raise DataError(
            "Expected columns to learn from, but all are constant, identifiers or free text."
        )
    return encoder.transform(columns), np.ones(len(rows), dtype=bool)
