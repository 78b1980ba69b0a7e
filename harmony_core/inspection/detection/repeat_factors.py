"""How often to show each image, so that images with rare classes come more often.

Gupta, Dollár, Girshick 2019, *LVIS*, arXiv 1908.03195, section 4: a class that a share f of the
training images has is repeated r = max(1, √(t / f)) times, an image as often as the most repeated
of its classes.

Axes: c classes, i images.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...errors import DataError

THRESHOLD = 0.001
"""The paper's t: classes in fewer than one of 1,000 images are repeated."""
LOWEST, HIGHEST = 1e-6, 1.0


def check_threshold(t: float) -> float:
    """``t`` if it is a share; else `DataError`."""
    if not LOWEST <= t <= HIGHEST:
        raise DataError(
            f"Expected a repeat threshold between {LOWEST:g} and {HIGHEST:g}, a share of the "
            f"images, but got {t:g}. The usual one is {THRESHOLD:g}."
        )
    return t


def class_factors(images_of_class: Array, images: int, t: float = THRESHOLD) -> Array:
    """(c,) r from the training images (c,) that have each class; NaN for a class without any.

    >>> class_factors(np.array([900, 10, 0]), 1000, 0.04).tolist()
    [1.0, 2.0, nan]
    """
    share = np.asarray(images_of_class, dtype=float) / max(images, 1)
    factors = np.full(len(share), np.nan)
    some = share > 0
    factors[some] = np.maximum(1.0, np.sqrt(check_threshold(t) / share[some]))
    return factors


def image_factors(starts: Array, classes: Array, factors: Array) -> Array:
    """(i,) the largest factor of each image's classes, 1 for an image without objects.

    ``starts`` (i + 1,) are the bounds of each image in ``classes``.
    """
    out = np.ones(len(starts) - 1)
    image = np.repeat(np.arange(len(out)), np.diff(starts))
    np.maximum.at(out, image, factors[classes])
    return out


def threshold_for(images_of_class: Array, images: int, times: float = 2.0) -> float:
    """The t at which the rarest class that occurs is repeated ``times`` times.

    >>> threshold_for(np.array([900, 10]), 1000)
    0.04
    """
    present = images_of_class[images_of_class > 0]
    return float(min(times**2 * present.min() / max(images, 1), HIGHEST))
