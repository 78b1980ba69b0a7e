"""Which samples of a data set are copies of one another.

Axes: n samples.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from ..arrays import Array


def equal_keys(keys: Array) -> Array:
    """(n,) position of the first sample with the same key.

    It depends only on which keys are equal, not on their values.

    >>> equal_keys(np.array([7, 3, 7, 3, 9])).tolist()
    [0, 1, 0, 1, 4]
    """
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def equal_samples(samples: Array) -> Array:
    """(n,) position of the first sample (n, …) with the same values.

    >>> equal_samples(np.array([[0.0, 1.0], [2.0, 3.0], [-0.0, 1.0]])).tolist()
    [0, 1, 0]
    """
    first: dict[bytes, int] = {}
    plain = samples + samples.dtype.type(0) if samples.dtype.kind == "f" else samples  # −0 is 0
    keys = (blake2b(sample.tobytes(), digest_size=16).digest() for sample in plain)
    return np.array([first.setdefault(key, i) for i, key in enumerate(keys)], dtype=np.int64)


def have_copies(copies: Array) -> Array:
    """(n,) bool: whether another sample is in the same group of copies."""
    _, inverse, counts = np.unique(copies, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)
