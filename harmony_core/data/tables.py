"""A user's file as a data set to train on: all samples, of which some are held out for the test.

The pilot trains on a part of the samples, the training script and the Arena on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from ..readers.sampled_rows import Column, columns_of, profile_rows, stratified_rows
from .assemble import assemble
from .copies import equal_keys, equal_samples
from .dataset import LongTailedDataset
from .holdout import given_notes, holdout_notes, share_of, stratified_holdout
from .long_tail import counts_within
from .randomness import generator
from .split import balanced_holdout, balanced_part, require_every_class
from .table_encoder import TableEncoder
from .table_specs import GUESS
from .table_specs import NONE as NO_SPLIT
from .uploads import resolve_source


@dataclass(frozen=True)
class Samples:
    """Rows to train on, rows of a given test split, and the classes of both in [0, c)."""

    train: Array
    test: Array
    """Empty without a test split that tests enough classes."""
    train_codes: Array
    test_codes: Array
    names: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """What rows of a file hold: the columns of a table, or images."""

    good: Array
    """(n,) bool: whether a row can be used"""
    copies: Array
    """(n,) the same number for rows with equal features"""
    columns: tuple[Column, ...] = ()
    images: Array | None = None

    def inputs(self, trained: Array) -> tuple[Array, TableEncoder | None]:
        """Inputs (n, …) of all rows, and how the columns of a table became these.

        ``trained`` are the positions that may be learned from.
        """
        if self.images is not None:
            return self.images, None
        columns = list(self.columns)
        encoder = TableEncoder.fit(columns, trained)
        if not encoder.width:
            raise DataError(
                "Expected columns to learn from, but all are constant, identifiers or free text."
            )
        return encoder.transform(columns), encoder


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
        data = contents_dataset(
            contents, seed, progress or silent, test_share=share_of(config.params)
        )
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
    test_share: float | None = None,
    progress: Progress = silent,
) -> LongTailedDataset:
    """A table as encoded columns, images as 32 × 32 RGB; see `read_file` for the other arguments.

    A test split is used as it is; without one, ``test_share`` of every class is held out, and
    copies of a sample stay on one side. A class of a single sample trains and is not tested.

    Without ``test_share``, which scripts of earlier versions do not give, equally many samples of
    every class are tested: a given test split is cut to its smallest class, or a third of the
    smallest class is held out, and classes of a single sample are left out. Notes name them.
    """
    contents = read_file(
        path, label=label, split=split, separator=separator, header=header, progress=progress
    )
    try:
        return contents_dataset(contents, seed, progress, test_share=test_share)
    finally:
        contents.close()


def contents_dataset(
    contents: Contents,
    seed: int = 0,
    progress: Progress = silent,
    *,
    test_share: float | None = None,
) -> LongTailedDataset:
    """`load_training_data` for contents that are already open."""
    if test_share is None:
        return _equal_classes(contents, seed, progress)
    samples = _samples(contents, seed, fewest=1)
    rows = np.concatenate([samples.train, samples.test])
    codes = np.concatenate([samples.train_codes, samples.test_codes])
    given = np.arange(len(rows)) >= len(samples.train)
    order = np.argsort(rows, kind="stable")
    read = _read(contents, rows[order], progress)
    use = np.flatnonzero(read.good)
    codes, copies, given = codes[order][use], read.copies[use], given[order][use]
    notes, names = samples.notes, samples.names
    if len(use) < len(rows):
        notes += (f"Left out {len(rows) - len(use):,} images that cannot be decoded.",)
    noun = "images" if contents.images is not None else "rows"
    if given.any():
        train, test = np.flatnonzero(~given), np.flatnonzero(given)
        notes += given_notes(codes, copies, given, names, noun)
    else:
        rng = generator(seed, "test")
        train, test = stratified_holdout(codes, copies, len(names), test_share, rng)
        notes += holdout_notes(codes, copies, test, names, test_share, noun)
    inputs, encoder = read.inputs(use[train])
    trained, tested = (inputs[use[train]], codes[train]), (inputs[use[test]], codes[test])
    return _dataset(contents, trained, tested, names, notes, encoder)


def _equal_classes(contents: Contents, seed: int, progress: Progress) -> LongTailedDataset:
    """Equally many test samples of every class, as up to config format 2."""
    samples, chosen = _equal_split(_samples(contents, seed, fewest=2), seed)
    rows = np.concatenate([samples.train, samples.test])
    order = np.argsort(rows, kind="stable")
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = np.arange(len(rows))
    n = len(samples.train)
    read = _read(contents, rows[order], progress)
    inputs, encoder = read.inputs(np.sort(back[:n]))
    inputs, good = inputs[back], read.good[back]
    names, notes = samples.names, samples.notes + chosen
    tests, test_codes = inputs[n:][good[n:]], samples.test_codes[good[n:]]
    if not good.all():
        notes += (f"Left out {int((~good).sum()):,} images that cannot be decoded.",)
        if np.bincount(test_codes, minlength=len(names)).all():  # else refused below
            at = balanced_part(test_codes, seed)
            tests, test_codes = tests[at], test_codes[at]
    trained = (inputs[:n][good[:n]], samples.train_codes[good[:n]])
    require_every_class(test_codes, names, "sample")
    return _dataset(contents, trained, (tests, test_codes), names, notes, encoder)


def _dataset(
    contents: Contents,
    trained: tuple[Array, Array],
    tested: tuple[Array, Array],
    names: tuple[str, ...],
    notes: tuple[str, ...],
    encoder: TableEncoder | None,
) -> LongTailedDataset:
    images = contents.images is not None
    return LongTailedDataset(
        name=contents.name,
        kind="images" if images else "table",
        train_inputs=np.ascontiguousarray(trained[0]),
        train_targets=trained[1],
        test_inputs=np.ascontiguousarray(tested[0]),
        test_targets=tested[1],
        class_names=names,
        augment=images,
        notes=notes,
        encoder=encoder,
    )


def _samples(contents: Contents, seed: int, fewest: int) -> Samples:
    """The samples of classes with at least ``fewest`` to train on."""
    labels = contents.labels
    if labels.codes is None or (contents.images is None and not contents.features):
        raise DataError(
            "Expected samples with features and one class each to train on, but got "
            f"{contents.form} without them. Provide the table, the arrays or the images themselves."
        )
    rows = labels.rows_of(labels.train_split)
    notes: tuple[str, ...] = ()
    if len(rows) > limits.TRAINING_ROWS:
        codes = np.full(len(labels.codes), -1, dtype=np.int64)
        codes[rows] = labels.codes[rows]
        if fewest == 1:
            notes += (_cut(len(rows), "rows, with all of the rare classes"),)
        rows = stratified_rows(codes, limits.TRAINING_ROWS, generator(seed, "training rows"))
    counts = np.bincount(labels.codes[rows], minlength=len(labels.names))
    kept = np.flatnonzero(counts >= fewest)
    if len(kept) < 2:
        raise DataError(
            f"Expected at least 2 classes with {fewest} samples or more, but got {len(kept)}. "
            "Collect more samples."
        )
    names = tuple(labels.names[c] for c in kept)
    small = [labels.names[c] for c in np.flatnonzero(counts < fewest) if labels.train_counts[c]]
    if small:
        notes += (f"Left out classes with a single sample: {listed(small)}.",)
    place = np.full(len(labels.names), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    rows = rows[place[labels.codes[rows]] >= 0]
    others = labels.rows_of(labels.test_split) if labels.test_split else np.zeros(0, dtype=np.int64)
    test_codes = place[labels.codes[others]]
    if fewest == 1 and (strange := int((test_codes < 0).sum())):
        notes += (f"Left out {strange:,} test samples of classes that the training split lacks.",)
    others, test_codes = others[test_codes >= 0], test_codes[test_codes >= 0]
    if fewest == 1 and len(others) > limits.TRAINING_ROWS:
        notes += (_cut(len(others), "test rows, drawn at random"),)
        drawn = generator(seed, "test rows").permutation(len(others))[: limits.TRAINING_ROWS]
        others, test_codes = others[np.sort(drawn)], test_codes[np.sort(drawn)]
    if labels.test_split and len(np.unique(test_codes)) < (len(kept) if fewest == 2 else 2):
        notes += ("The test split lacks classes, so a part of the training split is held out.",)
        others, test_codes = others[:0], test_codes[:0]
    return Samples(rows, others, place[labels.codes[rows]], test_codes, names, notes)


def _cut(rows: int, kept: str) -> str:
    return f"Of {rows:,} only {limits.TRAINING_ROWS:,} {kept}, are used."


def _equal_split(samples: Samples, seed: int) -> tuple[Samples, tuple[str, ...]]:
    """Equally many test samples of every class, and a note if the given ones were cut."""
    codes, names = samples.train_codes, samples.names
    if len(samples.test):
        at = balanced_part(samples.test_codes, seed)
        notes: tuple[str, ...] = ()
        if len(at) < len(samples.test):
            each = len(at) // len(names)
            notes = (f"The test set is cut to {each:,} samples of every class, at random.",)
        return replace(samples, test=samples.test[at], test_codes=samples.test_codes[at]), notes
    train, test = balanced_holdout(codes, names, generator(seed, "test"))
    rows = samples.train
    return replace(
        samples, train=rows[train], test=rows[test], train_codes=codes[train],
        test_codes=codes[test],
    ), ()  # fmt: skip


def _read(contents: Contents, rows: Array, progress: Progress) -> Read:
    """The features of sorted rows."""
    if contents.images is not None:
        decoded = contents.images.decode(rows, lambda share: progress("Reading images", share))
        copies = equal_samples(decoded.thumbnails)
        return Read(decoded.readable, copies, images=decoded.thumbnails)
    profile = profile_rows(contents, rows, progress, "Reading rows")
    return Read(
        np.ones(len(rows), dtype=bool),
        equal_keys(profile.keys[rows]),
        tuple(columns_of(profile.chosen_rows())),
    )
