"""Losses that add a term to the cross-entropy."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec

ADDED_TERMS = (
    LossSpec(
        name="label_aware_smoothing",
        title="Label-aware smoothing",
        summary="Smooths the labels of large classes more, whose predictions are overconfident.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i -(1 - \varepsilon_{y_i}) \log p_{y_i}"
        r" - \frac{\varepsilon_{y_i}}{C} \sum_c \log p_c,\quad"
        r" \varepsilon_c = \varepsilon_t + (\varepsilon_h - \varepsilon_t)"
        r" \sin \frac{\pi (N_c - N_{\min})}{2 (N_{\max} - N_{\min})}",
        factory="harmony_core.losses.label_aware_smoothing:LabelAwareSmoothing",
        explanation="harmony_core.explain.label_aware_smoothing:LabelAwareSmoothingExplanation",
        reference="Zhong et al. 2021 (MiSLAS), arXiv:2104.00466",
        parameters=(
            Parameter(
                "smooth_head", 0.3, "Smoothing of the largest class; 0 is none.", low=0.0, high=1.0
            ),
            Parameter(
                "smooth_tail", 0.0, "Smoothing of the rarest class; 0 is none.", low=0.0, high=1.0
            ),
        ),
    ),
    LossSpec(
        name="lade",
        title="LADE: label distribution disentangling",
        short_title="LADE",
        summary="Balanced softmax, and a term that keeps the logits free of the class sizes.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(z_i + \log \pi, y_i)"
        r" - \alpha \sum_c \pi_c \left( \bar z_c - L_c - \lambda L_c^2 \right),\quad"
        r" L_c = \log \frac{1}{n} \sum_i \frac{e^{z_{i,c}}}{C \pi_c}",
        factory="harmony_core.losses.lade:LADELoss",
        explanation="harmony_core.explain.lade:LADEExplanation",
        reference="Hong et al. 2021, arXiv:2012.00321",
        parameters=(
            Parameter(
                "alpha", 0.1, "Strength of the term; 0 is balanced softmax.", low=0.0, high=1.0
            ),
            Parameter(
                "penalty", 0.01, "Penalty λ that keeps the term's estimate stable.",
                low=0.0, high=1.0,
            ),
        ),
    ),
)  # fmt: skip
