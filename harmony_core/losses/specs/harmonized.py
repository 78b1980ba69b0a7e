"""The harmonized loss."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec
from .margin import TAU

HARMONIZED = (
    LossSpec(
        name="harmonized",
        title="Harmonized (intra × inter)",
        summary="Moves the boundary for the rare classes, and balances easy and hard samples "
        "inside every class by weights that agree at the boundary and fade over the training.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i w_{y_i}[b_i]\,"
        r"\mathrm{CE}(z_i + \tau \log \pi, y_i),\quad "
        r"w_c[b] \propto \frac{r_c[b]}{r_c(\frac{1}{2})},\quad "
        r"r_c[b] = \max_{b' \le b} p_c[b']^{-\alpha_t},\quad "
        r"\alpha_t = \alpha \left(1 - \frac{t}{T}\right)",
        factory="harmony_core.losses.harmonized:HarmonizedLoss",
        explanation="harmony_core.explain.harmonized:HarmonizedExplanation",
        reconstructed=True,
        reference="Our reconstruction of Zhang et al. 2022, arXiv:2204.09234, from its abstract",
        parameters=(
            Parameter(
                "alpha",
                0.5,
                "Strength of the balance inside a class, at the start; 0 turns it off.",
                low=0.0,
                high=2.0,
            ),
            Parameter(
                "anneal",
                1.0,
                "Share of the training over which α falls to 0; 0 keeps it constant.",
                low=0.0,
                high=1.0,
            ),
            Parameter(
                "difficulty",
                "plain",
                "Logits that difficulty is measured on: plain, as in the test, or with the margin.",
                choices=("plain", "margin"),
            ),
            Parameter(
                "anchor",
                "boundary",
                "What is kept the same for all classes: the weight at the boundary, g = ½, or the "
                "mean.",
                choices=("boundary", "class"),
            ),
            Parameter(
                "kappa",
                1.0,
                "Precision: scales the number of regions a class of a given size gets.",
                low=0.1,
                high=5.0,
                log=True,
            ),
            Parameter(
                "envelope",
                True,
                "A harder sample never counts less than an easier one of its class.",
            ),
            Parameter(
                "smoothing",
                1.0,
                "Count λ added to every region, so that a few samples cannot decide.",
                low=0.0,
                high=10.0,
            ),
            Parameter(
                "horizon",
                1.0,
                "Memory of the density, in passes over each class.",
                low=0.1,
                high=10.0,
                log=True,
            ),
            TAU,
            Parameter(
                "inter",
                "margin",
                "Balance between classes: move the boundary, weigh the samples, or neither.",
                choices=("margin", "weight", "none"),
            ),
            Parameter(
                "rho",
                1.0,
                "Strength of the class weights where inter is weight; 1 gives equal totals.",
                low=0.0,
                high=2.0,
            ),
            Parameter(
                "classwise", True, "A density for each class; off: one for all classes, as in GHM."
            ),
            Parameter(
                "fixed_bins",
                0,
                "The same number of regions for every class; 0 adapts it to the class's size.",
                low=0,
                high=100,
            ),
            Parameter(
                "warmup",
                5,
                "Epochs before the balance inside classes starts, at most a tenth of the training.",
                low=0,
                high=200,
            ),
        ),
        presets={
            "constant": {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin", "anchor": "class"},
            "literal": {
                "alpha": 1.0,
                "anneal": 0.0,
                "difficulty": "margin",
                "anchor": "class",
                "envelope": False,
                "smoothing": 0.0,
                "inter": "weight",
            },
            "intra_only": {"inter": "none"},
            "inter_only": {"alpha": 0.0},
            "one_density": {"classwise": False, "fixed_bins": 30},
        },
    ),
)
