"""Images unlike the others: blank, nearly black or white, or of another size or shape.

Axes: n images.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...readers.samples import DecodedImages

FLAT = 3.0
"""Standard deviation of the grey values below which an image is blank, of 255."""
DARK, BRIGHT = 8.0, 247.0
AREA = 4.0
"""How many times larger or smaller than the median an image may be."""
BATCH = 4_096
ASPECT = 2.0
"""How many times wider or taller, against the median shape."""


def odd_images(images: DecodedImages) -> dict[int, str]:
    """Position → what is odd, of the readable images."""
    mean, spread = _brightness(images.grey)
    found: dict[int, str] = {}
    readable = np.flatnonzero(images.readable)
    if not len(readable):
        return found
    area = np.log(np.maximum(images.width.astype(float) * images.height, 1))
    shape = np.log(np.maximum(images.width, 1) / np.maximum(images.height, 1))
    usual_area, usual_shape = np.median(area[readable]), np.median(shape[readable])
    for i in readable.tolist():
        if spread[i] < FLAT:
            found[i] = "blank"
        elif mean[i] < DARK:
            found[i] = "nearly black"
        elif mean[i] > BRIGHT:
            found[i] = "nearly white"
        elif abs(area[i] - usual_area) > np.log(AREA):
            found[i] = f"{images.width[i]} × {images.height[i]} pixels, unlike the others"
        elif abs(shape[i] - usual_shape) > np.log(ASPECT):
            found[i] = f"{images.width[i]} × {images.height[i]} pixels, of another shape"
    return found


def _brightness(grey: Array) -> tuple[Array, Array]:
    """(n,) mean and (n,) standard deviation of the grey values, a few images at a time."""
    mean, spread = np.empty(len(grey)), np.empty(len(grey), dtype=np.float32)
    for start in range(0, len(grey), BATCH):
        part = slice(start, start + BATCH)
        mean[part] = grey[part].mean(axis=(1, 2))
        spread[part] = grey[part].std(axis=(1, 2), dtype=np.float32)
    return mean, spread
