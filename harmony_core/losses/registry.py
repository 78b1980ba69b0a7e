"""All losses, declared without importing torch: what a picker, a slider and a formula need.

A new loss is its file, its explanation (`harmony_core.explain`) and one entry here. In the
equations: z logits, y label, p = softmax(z), g = 1 − p_y, N_c samples of class c among N,
π_c = N_c/N its prior, n the batch, C the classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..parameters import Parameter, Value, choose, resolve


@dataclass(frozen=True)
class LossSpec:
    """All that is declared about a loss.

    ``factory`` names a class called as ``factory(class_counts, **parameters)``; ``explanation`` a
    `harmony_core.explain.base.LossExplanation`. Both are imported when first used. ``equation`` is
    LaTeX; ``presets`` are named settings; ``head`` is the kind of last layer its logits come from;
    ``short_title`` is for legends, if the title up to its first bracket or colon is too long there.

    >>> LOSSES["focal"].resolve({"gamma": 1.0})
    {'gamma': 1.0}
    """

    name: str
    title: str
    summary: str
    equation: str
    factory: str
    reference: str
    parameters: tuple[Parameter, ...] = ()
    presets: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    head: str = "linear"
    needs_features: bool = False
    explanation: str = "harmony_core.explain.base:RecordedExplanation"
    short_title: str = ""

    def resolve(self, values: Mapping[str, object]) -> dict[str, Value]:
        """All parameters: the given ones, else those of the named ``preset``, else the defaults.

        >>> LOSSES["harmonized"].resolve({"preset": "inter_only", "tau": 2})["alpha"]
        0.0
        """
        given = dict(values)
        preset = given.pop("preset", None)
        if preset is not None:
            known = self.presets or ("none",)
            choose(preset, known, f"preset of loss `{self.name}`")
            given = {**self.presets.get(str(preset), {}), **given}
        return resolve(given, self.parameters, f"loss `{self.name}`")


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
_TAU = Parameter(
    "tau", 1.0, "How far the boundary moves toward the head; 1 is the balanced Bayes rule.",
    low=0.0, high=3.0,
)  # fmt: skip

_SPECS = (
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
        parameters=(_TAU,),
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
        reference="Kini et al. 2021, arXiv:2103.01550",
        parameters=(
            Parameter(
                "gamma",
                0.1,
                "How much more a rare class's logit is shrunk; 0 is logit adjustment.",
                low=0.0,
                high=1.0,
            ),
            _TAU,
        ),
    ),
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
    LossSpec(
        name="harmonized",
        title="Harmonized (intra × inter)",
        summary="Moves the boundary for the rare classes, then balances easy and hard samples "
        "inside every class with a precision fitted to its size.",
        equation=r"\mathcal{L} = \frac{1}{n} \sum_i w_{y_i}[b_i]\,"
        r"\mathrm{CE}(z_i + \tau \log \pi, y_i),\quad "
        r"w_c[b] = \frac{r_c[b]}{\sum_{b'} p_c[b']\,r_c[b']},\quad "
        r"r_c[b] = \max_{b' \le b} p_c[b']^{-\alpha}",
        factory="harmony_core.losses.harmonized:HarmonizedLoss",
        explanation="harmony_core.explain.harmonized:HarmonizedExplanation",
        reference="Our reconstruction of Zhang et al. 2022, arXiv:2204.09234, from its abstract",
        parameters=(
            Parameter(
                "alpha",
                0.3,
                "Strength of the balance inside a class; 0 turns it off.",
                low=0.0,
                high=2.0,
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
            _TAU,
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
            "literal": {"alpha": 1.0, "envelope": False, "smoothing": 0.0, "inter": "weight"},
            "intra_only": {"inter": "none"},
            "inter_only": {"alpha": 0.0},
            "one_density": {"classwise": False, "fixed_bins": 30},
        },
    ),
)

LOSSES: dict[str, LossSpec] = {spec.name: spec for spec in _SPECS}
