"""The one entry that adds Poly-1 to the library, put in for the length of a test."""

from __future__ import annotations

from harmony_core.losses import LossSpec
from harmony_core.parameters import Parameter

POLY = LossSpec(
    name="poly1",
    title="Poly-1",
    summary="Cross-entropy with more of its first polynomial term.",
    equation=r"\mathcal{L} = \frac{1}{n} \sum_i -\log p_{y_i} + \epsilon (1 - p_{y_i})",
    factory="tests.added.poly_loss:PolyLoss",
    explanation="tests.added.poly_explanation:PolyExplanation",
    reference="Leng et al. 2022, arXiv:2204.12511",
    parameters=(
        Parameter("epsilon", 1.0, "Strength ε of the term; 0 is cross-entropy.", low=0.0, high=8.0),
    ),
)
