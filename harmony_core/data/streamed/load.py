"""From a listing to images on disk that are checked and split. Axes: n images."""

from __future__ import annotations

from typing import cast

import numpy as np

from ...arrays import Array
from ...readers.messages import Progress
from ..image_choices import PADDED, RESIZED
from ..image_split import Split, split_images
from .check import check_images
from .listing import Listing
from .store import ImageStore, StreamedImages

CUT = "Training images are cut anew in every epoch, 8 to 100 % of their area, and resized."


def streamed(
    listing: Listing,
    size: int,
    crops: str,
    test_share: float | None,
    seed: int,
    progress: Progress | None,
) -> tuple[Array, Split]:
    """All images of a listing, which pass for an array, and their split.

    What cannot be decoded is in no part of it. They are read once before the first training, which
    the cache remembers.
    """
    n = len(listing.reader)

    def report(share: float) -> None:
        if progress:
            progress(f"Checking {n:,} images", share)

    report(0.0)
    checked = check_images(listing, size, crops == PADDED, report)

    def copies(rows: Array) -> Array:
        return checked.copies[rows]

    train, test, said = split_images(
        listing.targets,
        listing.is_test,
        checked.good,
        copies,
        listing.class_names,
        test_share,
        seed,
    )
    how = "read from a file of decoded squares" if checked.decoded else "decoded as they are needed"
    notes = [f"The {len(train) + len(test):,} images stay on disk and are {how}."]
    notes += [checked.note] if checked.note else []
    notes += [CUT] if crops == RESIZED else []
    store = ImageStore(listing.reader, size, checked.decoded)
    images = StreamedImages(store, np.arange(n), crops)
    return cast(Array, images), (train, test, (*said, *notes))
