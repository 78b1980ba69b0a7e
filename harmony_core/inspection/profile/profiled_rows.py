"""The samples that the checks of the profile look at, each different one once.

Images become rows too: size, brightness, contrast and colour are columns, grey values features.

Axes: n samples, c classes, d features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...data.table_encoder import TableEncoder
from ...readers.contents import Contents
from ...readers.sampled_rows import (
    Column,
    columns_at,
    columns_of,
    profile_rows,
    stratified_rows,
    weights_of,
)
from ...readers.samples import DecodedImages
from ..tail.groups import Groups

ROWS = 10_000
"""Training samples that are looked at, at most, and half as many test samples."""
IMAGES = 4_000
COLUMNS = 200
"""Columns that are looked at one by one, the first of the file."""
GREYS = 8
"""Grey values a side that stand for an image."""


@dataclass(frozen=True)
class ProfiledRows:
    """n different samples with their columns, class and split."""

    columns: list[Column]
    codes: Array
    """(n,) int64 class"""
    names: tuple[str, ...]
    """(c,) classes"""
    weights: Array
    """(n,) how many samples of the file each stands for."""
    tested: Array
    """(n,) bool: in the test split; all False where there is none."""
    groups: Array
    """(c,) 0 head, 1 medium, 2 tail"""
    unit: str
    """``rows`` or ``images``"""
    greys: Array | None = None
    """(n, d) grey values of images"""

    @cached_property
    def encoder(self) -> TableEncoder:
        """How columns become features, fitted on the training samples."""
        return TableEncoder.fit(self.columns, np.flatnonzero(~self.tested))

    def features(self, without: frozenset[str] = frozenset()) -> Array:
        """(n, d) features of all columns but some; identifiers and free text are no features."""
        parts = tuple(p for p in self.encoder.parts if p.name not in without)
        made = [] if not parts else [TableEncoder(parts, ()).transform(self.columns)]
        if self.greys is not None and not without:
            made.append(self.greys)
        return np.concatenate(made, axis=1) if made else np.zeros((len(self.codes), 0))

    def part(self, at: Array) -> ProfiledRows:
        """The samples at some positions (or where a mask is true)."""
        at = np.flatnonzero(at) if at.dtype == bool else at
        return ProfiledRows(
            columns_at(self.columns, at), self.codes[at], self.names, self.weights[at],
            self.tested[at], self.groups, self.unit, None if self.greys is None else self.greys[at],
        )  # fmt: skip

    @property
    def trained(self) -> ProfiledRows:
        """The training samples."""
        return self if not self.tested.any() else self.part(~self.tested)


def profiled_rows(
    contents: Contents, groups: Groups, report: Callable[[str, float | None], None]
) -> tuple[ProfiledRows, tuple[str, ...]] | None:
    """Choose samples and describe them by columns; with notes. ``None`` if there are none.

    Rare classes are kept whole; a sample that stands for others weighs as many. Equal samples of
    one class and split are one sample.
    """
    labels = contents.labels
    if labels.codes is None:
        return None
    if contents.images is not None and contents.kind == "images":
        unit, most = "images", IMAGES
    elif contents.table is not None and contents.features:
        unit, most = "rows", ROWS
    else:
        return None
    train, test = labels.rows_of(labels.train_split), np.zeros(0, dtype=np.int64)
    if labels.test_split is not None:
        test = labels.rows_of(labels.test_split)
    kept, weights = [], []
    for part, limit in ((train, most), (test, most // 2)):
        chosen = stratified_rows(labels.codes[part], limit, generator(0, "profile"))
        kept.append(part[chosen])
        weights.append(weights_of(labels.codes[part], chosen))
    rows, weight = np.concatenate(kept), np.concatenate(weights)
    tested = np.arange(len(rows)) >= len(kept[0])
    order = np.argsort(rows, kind="stable")
    rows, weight, tested = rows[order], weight[order], tested[order]
    greys = None
    notes: list[str] = []
    if unit == "images":
        assert contents.images is not None
        decoded = contents.images.decode(rows, lambda s: report("Profiling images", s))
        good = decoded.readable
        columns, greys = _image_columns(decoded, good)
        rows, weight, tested = rows[good], weight[good], tested[good]
        keys = decoded.digest[good]
    else:
        profile = profile_rows(contents, rows, lambda m, s: report(m, s), "Profiling rows")
        columns = columns_of(profile.chosen_rows())
        keys = profile.keys[rows]
        if len(columns) > COLUMNS:
            notes.append(f"The profile looks at the first {COLUMNS} of {len(columns):,} columns.")
            columns = columns[:COLUMNS]
    if not len(rows):
        return None
    codes = labels.codes[rows].astype(np.int64)
    whole = ProfiledRows(
        columns, codes, labels.names, weight, tested, groups.of_class, unit, greys
    )  # fmt: skip
    same = np.stack([keys.astype(np.uint64).view(np.int64), codes, tested.astype(np.int64)])
    _, first, back = np.unique(same, axis=1, return_index=True, return_inverse=True)
    summed = np.bincount(back.ravel(), weights=weight)
    at = np.argsort(first, kind="stable")
    found = whole.part(first[at])
    return ProfiledRows(
        found.columns, found.codes, found.names, summed[at], found.tested, found.groups, unit,
        found.greys,
    ), tuple(notes)  # fmt: skip


def _image_columns(decoded: DecodedImages, good: Array) -> tuple[list[Column], Array]:
    """What can be said of an image in a number, and its grey values (n, d) in [0, 1]."""
    thumbnails = decoded.thumbnails[good].astype(np.float64)
    width, height = decoded.width[good].astype(float), decoded.height[good].astype(float)
    grey = decoded.grey[good].astype(np.float64)
    step = grey.shape[1] // GREYS
    small = grey.reshape(len(grey), GREYS, step, GREYS, step).mean(axis=(2, 4))
    colour = thumbnails.mean(axis=(1, 2))
    brightness = colour.mean(axis=1)
    edges = np.abs(np.diff(grey, axis=1)).mean(axis=(1, 2))
    numbers = {
        "width in pixels": width,
        "height in pixels": height,
        "width over height": width / np.maximum(height, 1),
        "brightness": brightness,
        "contrast": grey.std(axis=(1, 2)),
        "sharpness": edges,
        "redness": colour[:, 0] - brightness,
        "blueness": colour[:, 2] - brightness,
    }
    columns = [Column(name, values) for name, values in numbers.items()]
    return columns, small.reshape(len(small), GREYS * GREYS) / 255
