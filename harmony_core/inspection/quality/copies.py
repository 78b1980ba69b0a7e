"""Groups of equal and nearly equal samples, which have to stay together when a model is tested.

Axes: n samples, p pairs.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...data.copies import equal_keys


def copy_groups(keys: Array, pairs: Array | None = None) -> Array:
    """(n,) int64 number of the group of each sample: samples with one key, or joined by pairs.

    ``pairs`` (p, 2) are positions of samples that are nearly equal.

    >>> copy_groups(np.array([7, 8, 7, 9]), np.array([[1, 3]])).tolist()
    [0, 1, 0, 1]
    """
    # numbered by position: hashes of text differ from process to process, and so would their order
    _, group = np.unique(equal_keys(keys), return_inverse=True)
    group = group.reshape(-1)
    if pairs is None or not len(pairs):
        return np.asarray(group, dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    g = int(group.max()) + 1
    a, b = group[pairs[:, 0]], group[pairs[:, 1]]
    links = coo_array((np.ones(len(a)), (a, b)), shape=(g, g))
    joined = connected_components(links, directed=False)[1]
    return np.asarray(joined[group], dtype=np.int64)
