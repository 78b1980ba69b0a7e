"""Random generators for data: one stream per purpose, all from one seed."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def generator(seed: int, tag: str) -> np.random.Generator:
    """A generator that depends only on the seed and on a tag for its purpose.

    Streams with different tags are independent: a larger training set leaves the test set as it is.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(tag.encode())]))
