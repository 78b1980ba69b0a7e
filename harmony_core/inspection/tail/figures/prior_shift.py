"""How far the class shares of the test split are from those of the training split."""

from __future__ import annotations

import numpy as np

from ....arrays import Array
from ..class_counts import ClassCounts
from .figure import SHIFT, Figure


def total_variation(counts: Array, test_counts: Array) -> float:
    """Half of Σ |p − q| for the class shares p and q, in [0, 1].

    >>> import numpy as np
    >>> round(total_variation(np.array([6, 3, 1]), np.array([10, 10, 20])), 3)
    0.4
    """
    p, q = counts / counts.sum(), test_counts / test_counts.sum()
    return float(np.abs(p - q).sum() / 2)


def divergence(counts: Array, test_counts: Array) -> float:
    """Σ q log(q/p) in nats for the class shares p and q; infinite if a tested class is not trained.

    >>> import numpy as np
    >>> divergence(np.array([6, 3, 0]), np.array([10, 10, 20]))
    inf
    """
    p, q = counts / counts.sum(), test_counts / test_counts.sum()
    tested = q > 0
    with np.errstate(divide="ignore"):
        kl = float((q[tested] * np.log(q[tested] / p[tested])).sum())
    return max(kl, 0.0)


def _test_imbalance(c: ClassCounts) -> float:
    present = c.tested[c.tested > 0]
    return float(present.max() / present.min())


PRIOR_SHIFT = Figure(
    name="prior_shift",
    title="Train/test prior shift",
    definition="Total variation distance, half of Σ |π_train − π_test|, of the class shares.",
    meaning="Large: training optimises for other class shares than the test asks for.",
    style="share",
    section=SHIFT,
    value=lambda c: total_variation(c.counts, c.tested),
)

PRIOR_SHIFT_KL = Figure(
    name="prior_shift_kl",
    title="Prior shift, KL",
    definition="Σ π_test log(π_test/π_train) in nats; infinite if a tested class is never trained.",
    meaning="The extra log loss from predicting with the training priors.",
    section=SHIFT,
    value=lambda c: divergence(c.counts, c.tested),
)

TEST_IMBALANCE_FACTOR = Figure(
    name="test_imbalance_factor",
    title="Test imbalance factor",
    definition="Largest over smallest class of the test split.",
    meaning="Above 1, plain test accuracy favours the head: report balanced accuracy.",
    style="factor",
    section=SHIFT,
    value=_test_imbalance,
)
