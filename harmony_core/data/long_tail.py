"""Long-tailed profiles: how many training samples each class keeps.

Axes: n samples, c classes; class 0 is the largest.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..config import PROFILES
from ..errors import DataError
from ..parameters import check_number, choose


def long_tail_counts(n_max: int, classes: int, imbalance_factor: float, profile: str) -> Array:
    """(c,) int64 training counts in decreasing order, at least 1 each.

    With F the imbalance factor and c = 0 … C − 1:

    - ``exponential``: int(n_max · (1/F)^(c/(C−1))), the counts of CIFAR-LT (Cao et al. 2019,
      arXiv 1906.07413), rounding included;
    - ``step``: the first half of the classes n_max, the others n_max/F (Buda et al. 2018,
      arXiv 1710.05381);
    - ``pareto``: n_max · (c+1)^(−log F / log C), a power law through both ends;
    - ``as_is``: n_max for every class.
    """
    n_max = int(check_number(n_max, "n_max", 1, 10**9, whole=True))
    classes = int(check_number(classes, "classes", 2, 10**6, whole=True))
    factor = float(check_number(imbalance_factor, "imbalance_factor", 1.0))
    choose(profile, PROFILES, "profile")
    if profile == "exponential":
        # Python floats, one class at a time: the field's counts hang on this rounding.
        counts = [int(n_max * ((1.0 / factor) ** (c / (classes - 1.0)))) for c in range(classes)]
    elif profile == "step":
        tail = round(n_max / factor)
        counts = [n_max if c < (classes + 1) // 2 else tail for c in range(classes)]
    elif profile == "pareto":
        exponent = np.log(factor) / np.log(classes)
        counts = [round(n_max * float(c + 1) ** -exponent) for c in range(classes)]
    else:
        counts = [n_max] * classes
    return np.maximum(np.array(counts, dtype=np.int64), 1)


def counts_within(available: Array, imbalance_factor: float, profile: str) -> Array:
    """(c,) the longest profile that the samples at hand allow.

    Classes are ranked by ``available``, equal ones in their own order, and the head gets as many
    samples as leaves every class with enough. ``as_is`` returns ``available``.
    """
    available = np.asarray(available, dtype=np.int64)
    if profile == "as_is":
        return available.copy()
    order = np.argsort(-available, kind="stable")
    ranked = available[order]
    low, high = 1, int(ranked[0])
    while low < high:
        n_max = (low + high + 1) // 2
        fits = long_tail_counts(n_max, len(ranked), imbalance_factor, profile) <= ranked
        low, high = (n_max, high) if fits.all() else (low, n_max - 1)
    counts = np.empty_like(available)
    counts[order] = long_tail_counts(low, len(ranked), imbalance_factor, profile)
    return counts


def subsample(targets: Array, counts: Array, rng: np.random.Generator) -> Array:
    """Sorted row numbers of a random draw of ``counts[c]`` different samples of each class c."""
    rows = []
    for c, count in enumerate(np.asarray(counts).tolist()):
        own = np.flatnonzero(targets == c)
        if not 1 <= count <= len(own):
            raise DataError(
                f"Expected 1 to {len(own)} samples of class {c}, but got {count}. "
                "Ask for fewer samples or a smaller imbalance factor, or remove the class."
            )
        rows.append(rng.permutation(own)[:count])
    return np.sort(np.concatenate(rows))


def add_label_noise(
    targets: Array, share: float, classes: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Replace a share of the labels by another class drawn uniformly.

    Returns the new targets (n,) and where they differ (n,) bool. Of each class at least one sample
    keeps its true label, so no class disappears.
    """
    share = float(check_number(share, "label_noise", 0.0, 1.0))
    n = len(targets)
    noisy, flipped = targets.copy(), np.zeros(n, dtype=bool)
    order = rng.permutation(n)
    by_class = np.argsort(targets[order], kind="stable")
    begins = np.diff(targets[order][by_class], prepend=-1) > 0
    free = np.delete(order, by_class[begins])
    chosen = free[: round(share * n)]
    if len(chosen) and classes > 1:
        step = rng.integers(1, classes, len(chosen))
        noisy[chosen] = (targets[chosen] + step) % classes
        flipped[chosen] = True
    return noisy, flipped
