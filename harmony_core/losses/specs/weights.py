"""Losses that weigh samples: by class, by difficulty."""

from __future__ import annotations

from ...parameters import Parameter
from ..spec import LossSpec

_BETA = Parameter(
    "beta",
    0.9999,
    "How slowly new samples of a class stop adding information; 0 weighs all classes alike.",
    low=0.0,
    high=0.999999,
)
_GAMMA = Parameter(
    "gamma", 2.0, "How strongly easy samples fade; 0 is cross-entropy.", low=0.0, high=5.0
)

WEIGHTS = (
    LossSpec(
        name="ce",
        title="Cross-entropy",
        summary="Every sample counts once, so classes with many samples decide.",
        equation=r"\mathcal{L} = -\frac{1}{n} \sum_{i} \log p_{y_i}",
        factory="harmony_core.losses.cross_entropy:CrossEntropy",
        explanation="harmony_core.explain.base:LossExplanation",
        reference="The baseline of every comparison.",
    ),
    LossSpec(
        name="weighted_ce",
        title="Weighted cross-entropy",
        summary="A sample of a rare class counts more, in inverse proportion to its class's size.",
        equation=r"\mathcal{L} = \frac{\sum_i u_{y_i}\,(-\log p_{y_i})}{\sum_i u_{y_i}},"
        r"\quad u_c \propto N_c^{-\rho}",
        factory="harmony_core.losses.weighted:WeightedCrossEntropy",
        explanation="harmony_core.explain.weighted:WeightedExplanation",
        reference="Japkowicz and Stephen 2002, doi:10.3233/IDA-2002-6504",
        parameters=(
            Parameter(
                "exponent",
                1.0,
                "Strength ρ: 0 is cross-entropy, 1 gives every class the same total.",
                low=0.0,
                high=2.0,
            ),
        ),
    ),
    LossSpec(
        name="class_balanced",
        title="Class-balanced (effective number)",
        summary="Weights a class by how much new information its samples add, not by their number.",
        equation=r"\mathcal{L} = \frac{\sum_i u_{y_i}\,(-\log p_{y_i})}{\sum_i u_{y_i}},"
        r"\quad u_c \propto \frac{1-\beta}{1-\beta^{N_c}},\ \sum_c u_c = C",
        factory="harmony_core.losses.weighted:ClassBalanced",
        explanation="harmony_core.explain.weighted:ClassBalancedExplanation",
        reference="Cui et al. 2019, arXiv:1901.05555",
        parameters=(_BETA,),
    ),
    LossSpec(
        name="focal",
        title="Focal",
        summary="Samples the network already gets right fade out, whatever their class.",
        equation=r"\mathcal{L} = -\frac{1}{n} \sum_i (1-p_{y_i})^{\gamma} \log p_{y_i}",
        factory="harmony_core.losses.focal:FocalLoss",
        explanation="harmony_core.explain.focal:FocalExplanation",
        reference="Lin et al. 2017, arXiv:1708.02002",
        parameters=(_GAMMA,),
    ),
    LossSpec(
        name="cb_focal",
        title="Class-balanced focal",
        summary="Class-balanced weights and the fading of easy samples together.",
        equation=r"\mathcal{L} = \frac{\sum_i u_{y_i} (1-p_{y_i})^{\gamma} (-\log p_{y_i})}"
        r"{\sum_i u_{y_i}},\quad u_c \propto \frac{1-\beta}{1-\beta^{N_c}}",
        factory="harmony_core.losses.focal:ClassBalancedFocal",
        explanation="harmony_core.explain.focal:ClassBalancedFocalExplanation",
        reference="Cui et al. 2019, arXiv:1901.05555",
        parameters=(_BETA, _GAMMA),
    ),
    LossSpec(
        name="ghm",
        title="Gradient harmonizing mechanism",
        short_title="GHM",
        summary="Samples count less where many others, of any class, are equally hard.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i \frac{n}{S[b_i]\,K}\,(-\log p_{y_i}),"
        r"\quad S[b] \leftarrow \mu S[b] + (1-\mu) R[b],"
        r"\quad b_i = \lfloor M g_i \rfloor",
        factory="harmony_core.losses.ghm:GHMLoss",
        explanation="harmony_core.explain.ghm:GHMExplanation",
        reference="Li, Liu and Wang 2019, arXiv:1811.05181",
        parameters=(
            Parameter("bins", 30, "Number M of equal bins of the gradient norm.", low=1, high=100),
            Parameter(
                "momentum", 0.75, "How much of the old count of a bin is kept.", low=0.0, high=0.99
            ),
        ),
    ),
)
