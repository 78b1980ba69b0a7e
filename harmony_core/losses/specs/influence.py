"""Losses that weigh samples by their influence on the boundary."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec

INFLUENCE = (
    LossSpec(
        name="ib",
        title="Influence-balanced",
        summary="From mid-training on, samples that would move the boundary most count least.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \frac{\alpha\,u_{y_i}}"
        r"{\lVert p_i - e_{y_i} \rVert_1 \lVert h_i \rVert_1 + \varepsilon}\,(-\log p_{y_i}),"
        r"\quad u_c \propto N_c^{-1},\ \sum_c u_c = C",
        factory="harmony_core.losses.influence_balanced:InfluenceBalanced",
        explanation="harmony_core.explain.influence_balanced:InfluenceBalancedExplanation",
        reference="Park et al. 2021, arXiv:2110.02444",
        parameters=(
            Parameter(
                "alpha",
                10.0,
                "Scale of the loss once the weights are on; acts like a learning rate.",
                low=0.1,
                high=1000.0,
                log=True,
            ),
            Parameter(
                "start",
                100,
                "First epoch with weights, at most half of the training; before it, cross-entropy.",
                low=0,
                high=1000,
            ),
        ),
        needs_features=True,
    ),
)
