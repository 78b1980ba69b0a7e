"""The arithmetic of the losses in NumPy and float64, without torch.

Letters: n samples, c classes. ``counts`` (c,) are the numbers of training samples N_c, y a label.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..config import CLASS_BALANCE, MethodConfig, deferral_epoch


def softmax(logits: Array) -> Array:
    """The probabilities (c,) of one sample's logits (c,).

    >>> softmax(np.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum())


def cross_entropy(logits: Array, label: int) -> float:
    """−log softmax(z)_y of one sample, precise even where it is close to 0.

    >>> round(cross_entropy(np.log([0.25, 0.75]), 0), 6)  # log 4
    1.386294
    """
    above = np.delete(logits, label) - logits[label]
    top = max(float(above.max()), 0.0)
    if top == 0:
        return float(np.log1p(np.exp(above).sum()))
    return float(top + np.log(np.exp(-top) + np.exp(above - top).sum()))


def cross_entropies(logits: Array, targets: Array) -> Array:
    """−log softmax(z)_y of each sample (n,), for logits (n, c) and labels (n,).

    >>> cross_entropies(np.zeros((2, 4)), np.array([0, 3])).round(6).tolist()  # log 4
    [1.386294, 1.386294]
    """
    z = np.asarray(logits, dtype=np.float64)
    top = z.max(axis=1)
    total = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top
    return np.asarray(total - z[np.arange(len(z)), targets])


def log_prior(counts: Array) -> Array:
    """log π_c = log(N_c / ΣN), (c,).

    >>> np.exp(log_prior(np.array([3, 1]))).round(6).tolist()
    [0.75, 0.25]
    """
    counts = np.asarray(counts, dtype=np.float64)
    return np.asarray(np.log(counts / counts.sum()))


def inverse_frequency(counts: Array, exponent: float) -> Array:
    """u_c ∝ N_c^{−ρ} with Σ N_c u_c = ΣN, (c,): mean 1 over the training samples.

    >>> inverse_frequency(np.array([3.0, 1.0]), 1.0).round(6).tolist()
    [0.666667, 2.0]
    """
    weight = counts**-exponent
    return np.asarray(weight * counts.sum() / (counts * weight).sum())


def effective_number(counts: Array, beta: float) -> Array:
    """u_c ∝ (1 − β) / (1 − β^{N_c}) with Σ u_c = C, (c,). Cui et al. 2019, arXiv 1901.05555.

    >>> effective_number(np.array([1.0, 2.0]), 0.5).round(6).tolist()
    [1.2, 0.8]
    """
    weight = (1 - beta) / (1 - beta**counts)
    return np.asarray(weight * len(counts) / weight.sum())


def deferred_weights(method: MethodConfig, counts: Array, epoch: int, epochs: int) -> Array:
    """The weights (c,) of deferred re-weighting in ``epoch`` of ``epochs``; 1 where it is off.

    >>> deferred_weights(MethodConfig("ce"), np.array([3.0, 1.0]), 20, 20).tolist()
    [1.0, 1.0]
    """
    if method.deferral == "drw" and epoch > deferral_epoch(epochs):
        return effective_number(np.asarray(counts, dtype=np.float64), CLASS_BALANCE)
    return np.ones(len(counts))
