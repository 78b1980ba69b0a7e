"""Handwritten digits, 8×8 grey, from scikit-learn: real images that need no network.

1,797 digits of 43 people (Alpaydin & Kaynak, UCI optical recognition of handwritten digits, 1998).
"""

from __future__ import annotations

import numpy as np

from ..config import DataConfig
from .assemble import assemble
from .dataset import LongTailedDataset
from .long_tail import long_tail_counts, subsample
from .randomness import generator
from .spec import Progress


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """Draw a balanced test set, then the long tail from what is left; 0 is the largest class."""
    del progress
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.round(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
    targets = bunch.target.astype(np.int64)
    test_size = int(config.params["test_per_class"])
    test = subsample(targets, np.full(10, test_size), generator(seed, "test"))
    rest = np.setdiff1d(np.arange(len(targets)), test, assume_unique=True)
    counts = np.bincount(targets[rest])
    if config.profile != "as_is":
        counts = long_tail_counts(int(counts.min()), 10, config.imbalance_factor, config.profile)
    return assemble(
        config,
        seed,
        kind="images",
        pool=(images[rest], targets[rest]),
        test=(images[test], targets[test]),
        counts=counts,
        class_names=tuple(str(digit) for digit in range(10)),
    )
