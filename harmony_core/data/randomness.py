"""Random generators for data: one stream for each purpose, all from one seed."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def generator(seed: int, tag: str) -> np.random.Generator:
    """A generator that depends on the seed and on what it is for, and on nothing else.

    Streams with different tags are independent: a longer training split does not move the test set.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(tag.encode())]))
