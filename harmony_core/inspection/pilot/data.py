"""What the pilot trains on: features of the user's samples, and a held-out split for each seed.

Axes: n samples, d features, c classes, s seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...data.dataset import LongTailedDataset
from ...data.randomness import generator
from ...data.split import rank_within
from ...data.table_encoder import TableEncoder
from ...errors import DataError
from ...readers import limits
from ...readers.contents import Contents
from ...readers.labels import Labels
from ...readers.messages import Progress, quoted
from ...readers.sampled_rows import columns_of, profile_rows

FEWEST = 6
"""Training samples a class needs to take part: four to train on, two to test."""
FLOOR = 30
"""Samples that every class keeps, if it has them, where the data is cut to size."""
HELD_OUT = 100
"""Held-out samples of a class, at most."""


@dataclass(frozen=True)
class PilotData:
    """Features and labels of the samples that take part, and their origin."""

    features: Array
    """(n, d) float32"""
    codes: Array
    """(n,) int64 in [0, c)"""
    names: tuple[str, ...]
    """(c,) of the classes that take part"""
    classes: Array
    """(c,) their positions among the classes of the whole data set"""
    given_test: Array
    """(n,) bool: from the test split that came with the data; all False where it is not used."""
    described: str
    """What the features are, in words."""
    kind: str
    """``table``: features are standardised one by one; ``points``: by one common scale."""
    notes: tuple[str, ...]

    @property
    def counts(self) -> Array:
        """(c,) samples that can be trained on (held-out ones included where they are drawn)."""
        return np.bincount(self.codes[~self.given_test], minlength=len(self.names))

    @property
    def redrawn(self) -> bool:
        """Whether each seed draws its own held-out split."""
        return not self.given_test.any()

    def split(self, seed: int, seeds: int) -> tuple[Array, Array]:
        """Training and test positions of one of ``seeds`` seeds.

        Drawn: a third of each class, at most `HELD_OUT`. Given: a different part for each seed.
        """
        rng = generator(seed, "pilot split")
        if self.redrawn:
            order = rng.permutation(len(self.codes))
            rank = rank_within(self.codes[order])
            size = np.clip(self.counts // 3, 1, HELD_OUT)
            held_out = rank < size[self.codes[order]]
            return np.sort(order[~held_out]), np.sort(order[held_out])
        tests = np.flatnonzero(self.given_test)
        order = generator(0, "folds").permutation(tests)
        part = order[rank_within(self.codes[order]) % seeds == seed % seeds]
        kept = part[rank_within(self.codes[part]) < HELD_OUT]
        return np.flatnonzero(~self.given_test), np.sort(kept)

    def dataset(self, train: Array, test: Array) -> LongTailedDataset:
        """The chosen samples for the engine."""
        return LongTailedDataset(
            name="pilot",
            kind=self.kind,
            train_inputs=np.ascontiguousarray(self.features[train]),
            train_targets=self.codes[train],
            test_inputs=np.ascontiguousarray(self.features[test]),
            test_targets=self.codes[test],
            class_names=self.names,
        )


def pilot_data(contents: Contents, seeds: int, progress: Progress) -> PilotData:
    """Choose classes and samples, and describe them by features; raises `DataError` if it cannot.

    At most `limits.PILOT_ROWS` training samples: every class is cut by the same factor, but to no
    fewer than `FLOOR`.
    """
    labels = contents.labels
    if contents.kind == "counts" or (contents.kind == "table" and not contents.features):
        raise DataError(
            "Expected samples with features to train on, but the file holds only labels. Provide "
            "the table, the arrays or the images themselves."
        )
    if labels.codes is None:
        what = "annotations" if contents.kind == "annotations" else "several labels a sample"
        raise DataError(
            f"Expected one class for each sample to train on, but got {what}. "
            "The figures of the tail are still valid."
        )
    notes: list[str] = []
    classes = _classes(labels, notes)
    trained = _chosen(labels, classes, notes)
    tested = _given_test(labels, classes, seeds)
    rows = np.sort(np.concatenate([trained, tested]))
    features, described, good = _features(contents, rows, np.isin(rows, trained), progress)
    rows, features = rows[good], features[good]
    place = np.full(len(labels.names), -1, dtype=np.int64)
    place[classes] = np.arange(len(classes))
    codes = place[labels.codes[rows]]
    if np.bincount(codes[~np.isin(rows, tested)], minlength=len(classes)).min() < 2:
        raise DataError(
            "Expected readable samples of every class, but some have fewer than two. "
            "Replace the damaged files."
        )
    return PilotData(
        features, codes, tuple(labels.names[c] for c in classes), classes, np.isin(rows, tested),
        described, "points" if contents.images is not None else "table", tuple(notes),
    )  # fmt: skip


def _classes(labels: Labels, notes: list[str]) -> Array:
    """Classes that take part: large enough, and spread over the whole ranking if too many."""
    counts = labels.train_counts
    large = np.flatnonzero(counts >= FEWEST)
    if len(large) < 2:
        raise DataError(
            f"Expected at least 2 classes with {FEWEST} samples to train and test on, but got "
            f"{len(large)}. Collect more samples."
        )
    if len(large) <= limits.PILOT_CLASSES:
        return large
    ranked = large[np.argsort(-counts[large], kind="stable")]
    at = np.linspace(0, len(ranked) - 1, limits.PILOT_CLASSES).round().astype(np.int64)
    notes.append(
        f"The pilot takes {limits.PILOT_CLASSES} of {len(large):,} classes, evenly from the "
        "largest to the smallest."
    )
    return np.sort(ranked[at])


def _chosen(labels: Labels, classes: Array, notes: list[str]) -> Array:
    """Training rows, cut to size class by class."""
    counts = labels.train_counts[classes]
    kept = cut_counts(counts, limits.PILOT_ROWS)
    if kept.sum() < counts.sum():
        notes.append(
            f"The pilot trains on {int(kept.sum()):,} of {int(counts.sum()):,} samples, with an "
            f"imbalance factor of {kept.max() / kept.min():.3g}."
        )
    assert labels.codes is not None
    rows = labels.rows_of(labels.train_split)
    order = generator(0, "pilot rows").permutation(rows)
    codes = labels.codes[order]
    most = np.zeros(len(labels.names), dtype=np.int64)
    most[classes] = kept
    return np.sort(order[rank_within(codes) < most[codes]])


def cut_counts(counts: Array, most: int) -> Array:
    """(c,) counts cut by one factor, but to no fewer than `FLOOR`, to about ``most`` in all."""
    if counts.sum() <= most:
        return counts.copy()
    low, high = 0.0, 1.0
    floor = np.minimum(counts, FLOOR)
    for _ in range(50):
        factor = (low + high) / 2
        cut = np.maximum(floor, (counts * factor).astype(np.int64))
        low, high = (factor, high) if cut.sum() <= most else (low, factor)
    return np.maximum(floor, (counts * low).astype(np.int64))


def _given_test(labels: Labels, classes: Array, seeds: int) -> Array:
    """Rows of the data's own test split, if it is large enough for all seeds; else none."""
    none = np.zeros(0, dtype=np.int64)
    split = labels.test_split
    if split is None or labels.codes is None:
        return none
    rows = labels.rows_of(split)
    counts = np.bincount(labels.codes[rows], minlength=len(labels.names))[classes]
    if counts.min() < 2 * seeds:
        return none
    order = generator(0, "pilot test").permutation(rows)
    codes = labels.codes[order]
    most = np.zeros(len(labels.names), dtype=np.int64)
    most[classes] = max(min(HELD_OUT * seeds, limits.PILOT_ROWS // 2 // len(classes)), 2 * seeds)
    return np.sort(order[rank_within(codes) < most[codes]])


def _features(
    contents: Contents, rows: Array, trained: Array, progress: Progress
) -> tuple[Array, str, Array]:
    """(n, d) features of the rows, what they are, and which rows (n,) are usable."""
    if contents.images is not None:
        from ..image_features import image_features, pretrained_weights

        decoded = contents.images.decode(rows, lambda s: progress("Looking at images", s))
        if not decoded.readable.any():
            raise DataError("Expected readable images, but none can be decoded.")
        features = image_features(decoded.thumbnails, progress)
        what = (
            "features of ResNet-18, whose weights are on this machine"
            if pretrained_weights() is not None
            else "clustered patches of the images themselves (Coates et al. 2011)"
        )
        return features, f"{features.shape[1]} {what}", decoded.readable
    profile = profile_rows(contents, rows, progress, "Reading samples")
    columns = columns_of(profile.chosen_rows())
    encoder = TableEncoder.fit(columns, np.flatnonzero(trained))
    if not encoder.width:
        raise DataError(
            "Expected columns to learn from, but all are constant, identifiers or free text: "
            f"{', '.join(quoted(c, 30) for c in encoder.left_out[:5])}."
        )
    kept = len(encoder.parts)
    what = f"{encoder.width} features from {kept} column{'s' if kept != 1 else ''}"
    return encoder.transform(columns), what, np.ones(len(rows), dtype=bool)
