"""What the pilot trains on: features of the user's samples, their classes and their copies.

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...data.copies import equal_keys
from ...data.dataset import LongTailedDataset
from ...data.randomness import generator
from ...data.split import rank_within
from ...data.table_encoder import TableEncoder
from ...errors import DataError
from ...readers import limits
from ...readers.contents import Contents
from ...readers.images.thumbnails import GREY
from ...readers.labels import Labels
from ...readers.messages import Progress, quoted
from ...readers.sampled_rows import columns_of, profile_rows
from .copies import alike_images, equal_rows, joined

FLOOR = 30
"""Samples that every class keeps, if it has them, where the data is cut to size."""
FEWEST_TESTED = 20
"""Samples a given test split needs to be used."""


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
    copies: Array
    """(n,) int64 id of the group of equal (or nearly equal) samples"""
    rows: Array
    """(n,) positions in the file"""
    notes: tuple[str, ...]
    thumbnails: Array | None = None
    """(n, 32, 32, 3) uint8 of images, for methods that look at the pixels"""

    @property
    def counts(self) -> Array:
        """(c,) samples that can be trained on (held-out ones included where they are drawn)."""
        return np.bincount(self.codes[~self.given_test], minlength=len(self.names))

    @property
    def redrawn(self) -> bool:
        """Whether the pilot draws its own test samples."""
        return not self.given_test.any()

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


def pilot_data(contents: Contents, progress: Progress) -> PilotData:
    """Choose classes and samples, and describe them by features; raises `DataError` if it cannot.

    At most `limits.PILOT_ROWS` training samples (`limits.PILOT_IMAGES` images): every class is cut
    by the same factor, but to no fewer than `FLOOR`. Half as many of a given test split.
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
    most = limits.PILOT_ROWS if contents.images is None else limits.PILOT_IMAGES
    notes: list[str] = []
    classes = _classes(labels, notes)
    trained = _cut(labels, classes, labels.rows_of(labels.train_split), most, "training", notes)
    tested = _given_test(labels, classes, most // 2, notes)
    rows = np.sort(np.concatenate([trained, tested]))
    features, described, copies, good, thumbnails = _features(
        contents, rows, np.isin(rows, trained), progress, notes
    )
    rows, features = rows[good], features[good]
    thumbnails = None if thumbnails is None else thumbnails[good]
    place = np.full(len(labels.names), -1, dtype=np.int64)
    place[classes] = np.arange(len(classes))
    codes = place[labels.codes[rows]]
    given = np.isin(rows, tested)
    left = np.flatnonzero(np.bincount(codes[~given], minlength=len(classes)))
    if len(left) < len(classes):  # none of their images can be decoded
        kept = np.isin(codes, left)
        rows, features, copies, given = rows[kept], features[kept], copies[kept], given[kept]
        codes, classes = np.searchsorted(left, codes[kept]), classes[left]
        thumbnails = None if thumbnails is None else thumbnails[kept]
    _enough(codes[~given], copies[~given], len(classes), drawn=not given.any())
    return PilotData(
        features, codes, tuple(labels.names[c] for c in classes), classes, given, described,
        "points" if contents.images is not None else "table", copies, rows, tuple(notes),
        thumbnails,
    )  # fmt: skip


def _classes(labels: Labels, notes: list[str]) -> Array:
    """Classes that take part: those with a training sample, spread over the ranking if too many."""
    counts = labels.train_counts
    present = np.flatnonzero(counts > 0)
    if len(present) <= limits.PILOT_CLASSES:
        return present
    ranked = present[np.argsort(-counts[present], kind="stable")]
    at = np.linspace(0, len(ranked) - 1, limits.PILOT_CLASSES).round().astype(np.int64)
    notes.append(
        f"The pilot takes {limits.PILOT_CLASSES} of {len(present):,} classes, evenly from the "
        "largest to the smallest."
    )
    return np.sort(ranked[at])


def _enough(codes: Array, copies: Array, classes: int, drawn: bool) -> None:
    """Refuse data of which no split can be drawn."""
    if classes < 2:
        raise DataError(
            f"Expected at least 2 classes with readable samples, but got {classes}. "
            "Collect samples of another class, or replace the damaged files."
        )
    different = np.unique(np.stack([codes, copies], axis=1), axis=0)[:, 0]
    testable = int((np.bincount(different, minlength=classes) >= 2).sum())
    if drawn and testable < 2:
        raise DataError(
            "Expected at least 2 classes with 2 different samples, one to train on and one to "
            f"test, but got {testable}. Collect more samples."
        )


def _cut(
    labels: Labels, classes: Array, rows: Array, most: int, what: str, notes: list[str]
) -> Array:
    """Sorted rows, cut to size class by class, and a note if they are fewer."""
    assert labels.codes is not None
    counts = np.bincount(labels.codes[rows], minlength=len(labels.names))
    wanted = np.zeros_like(counts)
    wanted[classes] = cut_counts(counts[classes], most)
    if wanted.sum() < counts[classes].sum():
        used = wanted[classes]
        imbalance = used.max() / max(used[used > 0].min(), 1)
        notes.append(
            f"The pilot takes {int(used.sum()):,} of {int(counts[classes].sum()):,} {what} "
            f"samples, with an imbalance factor of {imbalance:.3g}."
        )
    order = generator(0, f"pilot {what} rows").permutation(rows)
    codes = labels.codes[order]
    return np.sort(order[rank_within(codes) < wanted[codes]])


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


def _given_test(labels: Labels, classes: Array, most: int, notes: list[str]) -> Array:
    """Rows of the data's own test split, if there are enough; else none."""
    none = np.zeros(0, dtype=np.int64)
    split = labels.test_split
    if split is None or labels.codes is None:
        return none
    rows = labels.rows_of(split)
    rows = rows[np.isin(labels.codes[rows], classes)]
    tested = len(np.unique(labels.codes[rows]))
    if len(rows) < FEWEST_TESTED or tested < 2:
        notes.append(
            f"The {split} split that came with the data has only {len(rows):,} samples of {tested} "
            "classes, so the pilot holds out samples of its own."
        )
        return none
    return _cut(labels, classes, rows, most, split, notes)


def _features(
    contents: Contents, rows: Array, trained: Array, progress: Progress, notes: list[str]
) -> tuple[Array, str, Array, Array, Array | None]:
    """(n, d) features of the rows, what they are, groups of copies, which rows are usable, images.

    Groups are those of the usable rows.
    """
    if contents.images is not None:
        from ..image_features import image_features, pretrained_weights

        decoded = contents.images.decode(rows, lambda s: progress("Looking at images", s))
        good = decoded.readable
        if not good.any():
            raise DataError("Expected readable images, but none can be decoded.")
        large = np.minimum(decoded.width, decoded.height)[good] >= GREY
        if contents.together is not None:  # crops: what surrounds them is alike in one image
            copies = joined(contents.together[rows[good]], equal_keys(decoded.digest[good]))
        else:
            copies, note = alike_images(decoded.digest[good], decoded.grey[good], large)
            notes += [note] if note else []
        features = image_features(decoded.thumbnails, progress)
        what = (
            "features of ResNet-18, whose weights are on this machine"
            if pretrained_weights() is not None
            else "clustered patches of the images themselves (Coates et al. 2011)"
        )
        return features, f"{features.shape[1]} {what}", copies, good, decoded.thumbnails
    profile = profile_rows(contents, rows, progress, "Reading samples")
    columns = columns_of(profile.chosen_rows())
    encoder = TableEncoder.fit(columns, np.flatnonzero(trained))
    if not encoder.width:
        raise DataError(
            "Expected columns to learn from, but all are constant, identifiers or free text: "
            f"{', '.join(quoted(c, 30) for c in encoder.left_out[:5])}."
        )
    kept = len(encoder.parts)
    features = encoder.transform(columns)
    what = f"{encoder.width} features from {kept} column{'s' if kept != 1 else ''}"
    return features, what, equal_rows(features), np.ones(len(rows), dtype=bool), None
