"""Images unlike the others: blank, nearly black or white, or of another size or shape.

Size and shape are compared with the spread of the set: an image is odd if it is far outside what
most images keep to, and if few are. Axes: n images.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...readers.samples import DecodedImages

FLAT = 3.0
"""Standard deviation of the grey values below which an image is blank, of 255."""
DARK, BRIGHT = 8.0, 247.0
AREA = 4.0
"""How many times larger or smaller than the median an image may be in any set."""
ASPECT = 2.0
"""How many times wider or taller, against the median shape, in any set."""
SPREAD = 5.0
"""Standard deviations from the median an image may be; for normal values that is 1 in 2 million.

The deviation is 1.4826 times the median absolute deviation, which odd images do not move.
"""
FEW, SHARE = 3, 0.05
"""If more images and a larger share are unlike the others, that is the set's own variety."""
BATCH = 4_096


def odd_images(images: DecodedImages) -> dict[int, str]:
    """Position → what is odd, of the readable images."""
    mean, spread = _brightness(images.grey)
    found: dict[int, str] = {}
    readable = np.flatnonzero(images.readable)
    if not len(readable):
        return found
    area = np.log(np.maximum(images.width.astype(float) * images.height, 1))
    shape = np.log(np.maximum(images.width, 1) / np.maximum(images.height, 1))
    large, long = _far(area, readable, AREA), _far(shape, readable, ASPECT)
    for i in readable.tolist():
        if spread[i] < FLAT:
            found[i] = "blank"
        elif mean[i] < DARK:
            found[i] = "nearly black"
        elif mean[i] > BRIGHT:
            found[i] = "nearly white"
        elif large[i]:
            found[i] = f"{images.width[i]} × {images.height[i]} pixels, unlike the others"
        elif long[i]:
            found[i] = f"{images.width[i]} × {images.height[i]} pixels, of another shape"
    return found


def _far(logs: Array, readable: Array, times: float) -> Array:
    """(n,) bool, whether the logarithm of a size is far from those of the readable images."""
    of = logs[readable]
    median = float(np.median(of))
    deviation = 1.4826 * float(np.median(np.abs(of - median)))
    far = np.abs(logs - median) > max(np.log(times), SPREAD * deviation)
    if far[readable].sum() > max(FEW, SHARE * len(readable)):
        return np.zeros(len(logs), dtype=bool)
    return np.asarray(far)


def _brightness(grey: Array) -> tuple[Array, Array]:
    """(n,) mean and (n,) standard deviation of the grey values, a few images at a time."""
    mean, spread = np.empty(len(grey)), np.empty(len(grey), dtype=np.float32)
    for start in range(0, len(grey), BATCH):
        part = slice(start, start + BATCH)
        mean[part] = grey[part].mean(axis=(1, 2))
        spread[part] = grey[part].std(axis=(1, 2), dtype=np.float32)
    return mean, spread
