"""Probabilities of a model as log-probabilities of all classes.

Axes: n samples, c classes.
"""

from __future__ import annotations

import numpy as np

from ....arrays import Array

FLOOR = 1e-6
"""Least probability: a forest may say 0, and one wrong 0 would make the log loss infinite."""


def log_probabilities(found: Array, present: Array, classes: int) -> Array:
    """(n, k) probabilities of the classes ``present`` (k,) → (n, c), those of the others small.

    >>> log_probabilities(np.array([[0.5, 0.5]]), np.array([0, 2]), 3).round(1).tolist()
    [[-0.7, -13.8, -0.7]]
    """
    full = np.zeros((len(found), classes))
    full[:, present] = found
    return normalised(np.log(np.maximum(full, FLOOR)))


def normalised(scores: Array) -> Array:
    """(n, c) scores minus the log of the sum of their exponentials."""
    from scipy.special import logsumexp

    return np.asarray(scores - logsumexp(scores, axis=1, keepdims=True))
