"""Losses that move the logits by what the network says already, or at random."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec

_SCALE = Parameter("scale", 30.0, "Scale s of the cosines before the softmax.", low=1.0, high=100.0)
_SEED = Parameter("seed", 0, "Seed of the random numbers.", low=0, high=9999)

ADAPTIVE = (
    LossSpec(
        name="seesaw",
        title="Seesaw",
        summary="Samples of large classes press less on rarer classes, unless they are mistaken "
        "for them.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(z_i + \log S_{y_i}, y_i),\quad"
        r" S_{y,j} = \min\!\left(1, \frac{N_j}{N_y}\right)^{p}"
        r" \max\!\left(1, \frac{p_j}{p_y}\right)^{q}",
        factory="harmony_core.losses.seesaw:SeesawLoss",
        explanation="harmony_core.explain.seesaw:SeesawExplanation",
        reference="Wang et al. 2021, arXiv:2008.10032",
        parameters=(
            Parameter(
                "p", 0.8, "Mitigation: how much less rarer classes are pressed; 0 is off.",
                low=0.0, high=3.0,
            ),
            Parameter(
                "q", 2.0, "Compensation: how much more a wrong class is pressed; 0 is off.",
                low=0.0, high=5.0,
            ),
        ),
    ),
    LossSpec(
        name="loce",
        title="Equilibrium (LOCE)",
        short_title="LOCE",
        summary="Moves the logits by how well each class is recognised so far, not by its size.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(z_i + \log \bar s, y_i),\quad"
        r" \bar s_c \leftarrow \mu^{n_c} \bar s_c + (1 - \mu^{n_c})"
        r" \frac{1}{n_c} \sum_{y_i = c} p_{i,c}",
        factory="harmony_core.losses.equilibrium:EquilibriumLoss",
        explanation="harmony_core.explain.equilibrium:EquilibriumExplanation",
        reference="Feng, Zhong and Huang 2021, arXiv:2108.07507",
        parameters=(
            Parameter(
                "momentum", 0.9, "How much of a class's mean score one sample of it keeps.",
                low=0.0, high=0.9999,
            ),
        ),
    ),
    LossSpec(
        name="ala",
        title="Adaptive logit adjustment",
        short_title="ALA",
        summary="A margin that is wider for rare classes, and for samples that are still hard.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(s\,(z_i - A_i e_{y_i}), y_i),\quad"
        r" A_i = \frac{1 - z_{i,y_i}}{2 \log(N_{y_i} / N_{\min} + 1)}",
        factory="harmony_core.losses.adaptive_logit_adjustment:AdaptiveLogitAdjustment",
        explanation="harmony_core.explain.adaptive_logit_adjustment"
        ":AdaptiveLogitAdjustmentExplanation",
        reference="Zhao et al. 2022, arXiv:2104.06094",
        parameters=(_SCALE,),
        head="cosine",
    ),
    LossSpec(
        name="eql",
        title="Softmax equalization",
        short_title="EQL",
        summary="Samples of other classes leave rare classes alone most of the time.",
        equation=r"\mathcal{L} = -\frac{1}{n} \sum_i \log"
        r"\frac{e^{z_{i,y_i}}}{\sum_c w_{i,c}\, e^{z_{i,c}}},\quad"
        r" w_{i,c} = 1 - \beta_{i,c} [\pi_c < \lambda / C] [c \neq y_i],\quad"
        r" \beta_{i,c} \sim \mathrm{Bernoulli}(\gamma)",
        factory="harmony_core.losses.equalization:SoftmaxEqualization",
        explanation="harmony_core.explain.equalization:SoftmaxEqualizationExplanation",
        reference="Tan et al. 2020, arXiv:2003.05176",
        parameters=(
            Parameter(
                "gamma", 0.9, "How often a rare class is left alone; 0 is cross-entropy.",
                low=0.0, high=1.0,
            ),
            Parameter(
                "threshold", 0.5, "A class is rare below this many times an equal share, 1/C.",
                low=0.0, high=1.0,
            ),
            _SEED,
        ),
        random=True,
    ),
    LossSpec(
        name="gcl",
        title="Gaussian clouded logits",
        short_title="GCL",
        summary="Lowers the logits at random, those of rare classes most, so that their samples "
        "stay hard for longer.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(s\,(z_i - m\,e_{y_i}"
        r" - \nu\,|\varepsilon_i|\,k), y_i),\quad"
        r" k_c = \frac{\log (N_{\max} / N_c)}{\log (N_{\max} / N_{\min})},\quad"
        r" \varepsilon_{i,c} \sim \mathcal{N}(0, 1/9) \text{ clipped to } \pm 1",
        factory="harmony_core.losses.gaussian_clouded:GaussianClouded",
        explanation="harmony_core.explain.gaussian_clouded:GaussianCloudedExplanation",
        reference="Li, Cheung and Lu 2022, arXiv:2305.11733",
        parameters=(
            Parameter(
                "noise", 0.5, "Size ν of the rarest class's cloud, in cosine; 0 is none.",
                low=0.0, high=2.0,
            ),
            Parameter("margin", 0.0, "Margin m of the own class, in cosine.", low=0.0, high=1.0),
            _SCALE,
            _SEED,
        ),
        head="cosine",
        random=True,
    ),
)  # fmt: skip
