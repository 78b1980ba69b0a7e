"""What annotations say about rare classes: objects and images of each, their sizes, their repeats.

Axes: c classes, i training images, e (image, class) pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays import Array
from ...readers.contents import Contents
from ...readers.samples import ImageObjects
from .crops import why_no_crops
from .repeat_factors import (
    THRESHOLD,
    check_threshold,
    class_factors,
    image_factors,
    threshold_for,
)

MOST_IMAGES = 300_000
"""Images whose names are kept, so that each can be given its factor."""
SMALL = 32
"""Pixels a side below which an object is small (COCO: area below 32²)."""
FEW_IMAGES = 10
"""Images below which a detector sees nearly the same few scenes of a class again and again."""


@dataclass(frozen=True)
class Detection:
    """Objects and images by class, of the training split."""

    names: tuple[str, ...]
    """(c,)"""
    images: int
    """Training images, those without objects included."""
    images_of_class: Array
    """(c,) training images with the class"""
    objects: Array
    """(c,) training objects"""
    sizes: Array
    """(c, 3) quartiles of √(width · height) of the boxes; NaN without boxes"""
    unit: str
    """Of ``sizes``: ``pixels``, or ``share of the image`` (of its side, in [0, 1])"""
    small: Array
    """(c,) share of boxes below `SMALL` pixels; NaN where pixels are unknown"""
    threshold: float
    """t of the repeat factors"""
    no_crops: str
    """Why a pilot on crops is impossible and what to upload, or ``""``"""
    image_names: tuple[str, ...] = ()
    """(i,) or empty above `MOST_IMAGES`"""
    starts: Array | None = None
    """(i + 1,) where the classes of an image begin in ``classes``"""
    classes: Array | None = None
    """(e,) the different classes of each image"""

    def at(self, threshold: float) -> Detection:
        """The same with another t; `DataError` outside (0, 1]."""
        return replace(self, threshold=check_threshold(threshold))

    @property
    def factors(self) -> Array:
        """(c,) r; NaN for a class without training images"""
        return class_factors(self.images_of_class, self.images, self.threshold)

    @property
    def factors_of_images(self) -> Array | None:
        """(i,) how often to show each image; ``None`` if images are not listed."""
        if self.starts is None or self.classes is None:
            return None
        return image_factors(self.starts, self.classes, self.factors)

    @property
    def suggested(self) -> float:
        """The t at which the rarest class is shown twice as often."""
        return threshold_for(self.images_of_class, self.images)

    def sentences(self) -> list[str]:
        """The advice in words."""
        factors = self.factors
        repeated = np.flatnonzero(factors > 1)
        present = np.flatnonzero(self.images_of_class)
        rare = present[np.argsort(self.images_of_class[present], kind="stable")]
        first = rare[0]
        lines = [
            f"{self.images:,} training images; the rarest class, {self.names[first]!r}, is in "
            f"{self.images_of_class[first]:,} of them ({self.objects[first]:,} objects)."
        ]
        if len(repeated):
            longer = self.factors_of_images
            epoch = ""
            if longer is not None:
                epoch = (
                    f" An epoch grows from {len(longer):,} to {longer.sum():,.0f} images, "
                    f"{(longer > 1).sum():,} of them shown more often."
                )
            lines.append(
                f"Repeat factors at t = {self.threshold:g}: {len(repeated):,} of "
                f"{len(present):,} classes are repeated, up to {np.nanmax(factors):.2g} times."
                f"{epoch}"
            )
        else:
            share = self.images_of_class[first] / max(self.images, 1)
            t = self.suggested
            lines.append(
                f"Repeat factors at t = {self.threshold:g} repeat nothing, as even the rarest "
                f"class is in {share:.3g} of all images; t = {t:.3g} would show it "
                f"{np.sqrt(t / share):.2g} times as often."
            )
        few = present[self.images_of_class[present] < FEW_IMAGES]
        if len(few):
            lines.append(
                f"{len(few):,} classes are in fewer than {FEW_IMAGES} images: repeating shows the "
                "same scenes again. Collect images of these first."
            )
        crowded = self.crowded()
        if len(crowded):
            c = crowded[0]
            lines.append(
                f"{self.names[c]!r} has {self.objects[c]:,} objects in only "
                f"{self.images_of_class[c]:,} images: go by its images, not by its objects."
            )
        if self.no_crops:
            lines.append(f"No pilot on crops: {self.no_crops}")
        return lines

    def crowded(self) -> Array:
        """Classes with many objects in few images, the most crowded first."""
        per = self.objects / np.maximum(self.images_of_class, 1)
        usual = float(np.median(per[self.images_of_class > 0]))
        rare = self.images_of_class <= np.median(self.images_of_class[self.images_of_class > 0])
        found = np.flatnonzero((per >= 5 * max(usual, 1.0)) & rare & (self.images_of_class > 0))
        return found[np.argsort(-per[found], kind="stable")]

    def rows(self) -> list[dict[str, Any]]:
        """One row for each class, that with the fewest images first; JSON-ready."""
        factors = self.factors
        return [
            {
                "name": self.names[c],
                "images": int(self.images_of_class[c]),
                "objects": int(self.objects[c]),
                "objects_per_image": float(self.objects[c] / max(self.images_of_class[c], 1)),
                "size_quarter": float(self.sizes[c, 0]),
                "size_median": float(self.sizes[c, 1]),
                "size_three_quarters": float(self.sizes[c, 2]),
                "small_share": float(self.small[c]),
                "repeat_factor": float(factors[c]),
            }
            for c in np.argsort(self.images_of_class, kind="stable").tolist()
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; NaN for what is unknown."""
        return {
            "images": self.images,
            "repeat_threshold": self.threshold,
            "suggested_threshold": self.suggested,
            "size_unit": self.unit,
            "no_crops": self.no_crops,
            "classes": self.rows(),
            "advice": self.sentences(),
        }


def look_at_objects(contents: Contents, threshold: float = THRESHOLD) -> Detection | None:
    """Count images and sizes of the annotations; ``None`` for other kinds of data."""
    found = contents.objects
    labels = contents.labels
    if found is None or not len(found.codes):
        return None
    check_threshold(threshold)
    train = found.splits == labels.splits.index(labels.train_split)
    c = len(labels.names)
    image = found.image_of
    own = train[image]
    pairs = np.unique(image[own] * c + found.codes[own])
    of_image, classes = pairs // c, pairs % c
    listed = np.flatnonzero(train)
    images = labels.rows if len(labels.splits) == 1 else len(listed)
    names: tuple[str, ...] = ()
    starts = kept = None
    if len(listed) <= MOST_IMAGES and any(found.images):
        names = tuple(found.images[i] for i in listed.tolist())
        starts = np.searchsorted(of_image, np.append(listed, len(found.images)))
        kept = classes.astype(np.int32)
    sizes, unit, small = _sizes(found, own, c)
    return Detection(
        labels.names, images, np.bincount(classes, minlength=c),
        np.bincount(found.codes[own], minlength=c), sizes, unit, small, threshold,
        why_no_crops(contents), names, starts, kept,
    )  # fmt: skip


def _sizes(found: ImageObjects, own: Array, c: int) -> tuple[Array, str, Array]:
    """Quartiles of the size (c, 3), their unit, and the share of small boxes (c,)."""
    boxes = found.boxes[own].astype(np.float64)
    relative = bool(found.relative.any())
    size = np.sqrt(np.maximum(boxes[:, 2], 0) * np.maximum(boxes[:, 3], 0))
    codes = found.codes[own]
    order = np.argsort(codes, kind="stable")
    quartiles, small = np.full((c, 3), np.nan), np.full(c, np.nan)
    bounds = np.searchsorted(codes[order], np.arange(c + 1))
    for k in range(c):
        values = size[order[bounds[k] : bounds[k + 1]]]
        values = values[np.isfinite(values)]
        if len(values):
            quartiles[k] = np.percentile(values, [25, 50, 75])
            if not relative:
                small[k] = (values < SMALL).mean()
    return quartiles, "share of the image" if relative else "pixels", small
