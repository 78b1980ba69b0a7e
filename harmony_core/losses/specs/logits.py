"""Losses that move the logits by class size."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec
from .margin import TAU

LOGITS = (
    LossSpec(
        name="ldam",
        title="LDAM: margin by class size",
        short_title="LDAM",
        summary="A rare class has to win by a larger margin, so it generalises better.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}\!\left(s\,(z_i - m_{y_i} e_{y_i}),"
        r" y_i\right),\quad m_c = m\,\frac{N_c^{-1/4}}{\max_k N_k^{-1/4}}",
        factory="harmony_core.losses.ldam:LDAMLoss",
        explanation="harmony_core.explain.ldam:LDAMExplanation",
        reference="Cao et al. 2019, arXiv:1906.07413",
        parameters=(
            Parameter("margin", 0.5, "Margin m of the rarest class, in cosine.", low=0.0, high=1.0),
            Parameter(
                "scale", 30.0, "Scale s of the cosines before the softmax.", low=1.0, high=100.0
            ),
        ),
        head="cosine",
    ),
    LossSpec(
        name="balanced_softmax",
        title="Balanced softmax",
        summary="Adds the log of the class size to the logits in training; without that handicap, "
        "the tail wins where it should.",
        equation=r"\mathcal{L} = -\frac{1}{n} \sum_i \log"
        r"\frac{N_{y_i} e^{z_{i,y_i}}}{\sum_c N_c e^{z_{i,c}}}",
        factory="harmony_core.losses.logit_adjusted:BalancedSoftmax",
        explanation="harmony_core.explain.logit_adjusted:BalancedSoftmaxExplanation",
        reference="Ren et al. 2020, arXiv:2007.10740",
    ),
    LossSpec(
        name="logit_adjusted",
        title="Logit adjustment",
        summary="Balanced softmax with a dial: adds τ log π to the logits during training.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(z_i + \tau \log \pi, y_i)",
        factory="harmony_core.losses.logit_adjusted:LogitAdjusted",
        explanation="harmony_core.explain.logit_adjusted:LogitAdjustedExplanation",
        reference="Menon et al. 2021, arXiv:2007.07314",
        parameters=(TAU,),
    ),
    LossSpec(
        name="vs",
        title="Vector scaling",
        short_title="VS",
        summary="Shifts the logits by class and rescales them, which still has an effect late in "
        "training.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \mathrm{CE}(z_i / \Delta + \tau \log \pi, y_i),"
        r"\quad \Delta_c = (N_{\max} / N_c)^{\gamma}",
        factory="harmony_core.losses.logit_adjusted:VectorScaling",
        explanation="harmony_core.explain.logit_adjusted:VectorScalingExplanation",
        reference="Kini et al. 2021, arXiv:2103.01550; class-dependent temperatures (preset cdt): "
        "Ye et al. 2020, arXiv:2001.01385",
        parameters=(
            Parameter(
                "gamma",
                0.1,
                "How much more a rare class's logit is shrunk; 0 is logit adjustment.",
                low=0.0,
                high=1.0,
            ),
            TAU,
        ),
        presets={"cdt": {"gamma": 0.3, "tau": 0.0}},
    ),
)
