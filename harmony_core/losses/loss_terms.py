"""What a loss says of each sample, before it is reduced to a scalar."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class LossTerms(NamedTuple):
    """The terms of a loss for each sample: the loss is Σ weight · cross_entropy / Σ unit.

    `Loss.reduce` is the only place that reduces them to a scalar.
    """

    cross_entropy: Tensor
    """(n,) loss of each sample before weighting, with gradient: the cross-entropy of z̃ and what
    the loss adds to it."""
    weight: Tensor
    """(n,) non-negative, detached: everything that multiplies the sample."""
    grad_norm: Tensor
    """(n,) in [0, 1], detached: 1 − p_y under the probabilities this loss trains on."""
    unit: Tensor
    """(n,) detached: what the sample adds to the denominator, `Loss.unit_weight` of its class."""
    difficulty: Tensor
    """(n,) in [0, 1], detached: what the loss judges the sample by, in general ``grad_norm``."""
