"""Experiments that make one point each, and the ablation of the harmonized loss.

What each preset shows was measured over several seeds: ``python benchmarks/presets.py`` does that,
``docs/presets.md`` has the numbers. A sentence claims only what was measured, even where the paper
argues something else. No torch is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..config import DataConfig, ExperimentConfig, MethodConfig, quick_recipe
from ..losses.registry import LOSSES
from .complete import complete

CE = MethodConfig("ce")
WEIGHTED = MethodConfig("weighted_ce")
BALANCED = MethodConfig("balanced_softmax")
HARMONIZED = MethodConfig("harmonized")
LITERAL = MethodConfig("harmonized", LOSSES["harmonized"].presets["literal"])
CONSTANT = MethodConfig("harmonized", LOSSES["harmonized"].presets["constant"])
STRONG = MethodConfig("harmonized", {**LOSSES["harmonized"].presets["constant"], "alpha": 0.5})


@dataclass(frozen=True)
class Claim:
    """``better`` beats ``worse`` by ``figure`` on average, the 95 % interval excluding 0.

    The preset names the pair, not the results, so the interval is of this pair alone.

    Figures are those of `analysis.seeds.METRICS`, and ``hard_part``: the mean recall of those parts
    of classes that hold at most a fifth of their class. By ``disagreement`` the smaller is better.
    """

    figure: str
    better: int
    worse: int


@dataclass(frozen=True)
class Preset:
    """A named experiment and what there is to see in it."""

    name: str
    title: str
    sentence: str
    """What comes out; a page that offers the preset says it after the training, not before."""
    look: str
    """Where to look, and at what; without the answer."""
    config: ExperimentConfig
    claims: tuple[Claim, ...]


def _config(data: DataConfig, epochs: int, *methods: MethodConfig) -> ExperimentConfig:
    return ExperimentConfig(data=data, methods=methods, epochs=epochs)


_HARD_HEAD = DataConfig("hard_head", {}, 50.0)

_PRESETS = (
    Preset(
        name="harmonized",
        title="A checkerboard: who finds the corners?",
        sentence="A checkerboard, whose corners a network has to find. Correcting for class size "
        "does most of the work; giving rare kinds of samples more weight inside their class, early "
        "in the training, comes closer to the best boundary.",
        look="The corners of the tiles, and how far each method is off the best boundary.",
        config=_config(DataConfig("checkerboard", {}, 50.0), 60, CE, BALANCED, HARMONIZED),
        claims=(
            Claim("balanced_accuracy", 2, 1),
            Claim("disagreement", 2, 1),
            Claim("balanced_accuracy", 1, 0),
        ),
    ),
    Preset(
        name="hard_head_samples",
        title="Who pays when the rare classes win?",
        sentence=(
            "The head's small outpost at the tail's edge is safe under cross-entropy and is "
            "partly given up by the methods that lift the tail. The harmonized loss does "
            "not win it back: a tail of twelve samples says too little of where it ends."
        ),
        look="The outpost of the head beside the rarest class; who owns it, and the ringed points.",
        config=_config(_HARD_HEAD, 60, CE, WEIGHTED, BALANCED, HARMONIZED),
        claims=(Claim("hard_part", 0, 2), Claim("hard_part", 0, 3), Claim("tail", 2, 0)),
    ),
    Preset(
        name="head_bias",
        title="Where does cross-entropy draw the line?",
        sentence="Trained on the counts as they are, the network moves every boundary into the "
        "rarer class. Correcting for the counts moves it back to where Bayes has it, and costs "
        "the head a little.",
        look="The pale line against the dashed one around the rarest class; head against tail in "
        "the bars.",
        config=_config(_HARD_HEAD, 60, CE, BALANCED),
        claims=(Claim("tail", 1, 0), Claim("head", 0, 1), Claim("disagreement", 1, 0)),
    ),
    Preset(
        name="learnable",
        title="What if hard samples are only rarely seen?",
        sentence="Every class has small clusters of its own, far from the others and hard only "
        "because they are rarely seen. Giving hard samples more weight finds them sooner: about 2 "
        "points of recall in those clusters.",
        look="The small clusters, and how far each method is off the best boundary.",
        config=_config(DataConfig("rare_clusters", {}, 3.0), 15, BALANCED, HARMONIZED),
        claims=(Claim("hard_part", 1, 0), Claim("disagreement", 1, 0)),
    ),
    Preset(
        name="overlap",
        title="What if hard samples stay hard?",
        sentence="Where clusters overlap, samples on the wrong side stay hard for every method. "
        "Constant weights inside classes move the boundary away from its best place for good. "
        "Weights that agree at the boundary and fade over the training do not.",
        look="How far each method is off the best boundary, and which ringed samples stay hard.",
        config=_config(
            DataConfig("uneven_clusters", {"n_max": 1000}, 10.0), 60, BALANCED, STRONG, HARMONIZED
        ),
        claims=(Claim("disagreement", 0, 1), Claim("disagreement", 2, 1)),
    ),
    Preset(
        name="wrong_labels",
        title="What if hard samples are wrong labels?",
        sentence="Part of what is labelled as tail is really another class. Those samples are the "
        "hardest of all and never become easy; giving them more weight for good loses ground. "
        "With weights that fade, most of it comes back.",
        look="Which ringed samples stay hard, and how far each method is off the best boundary.",
        config=_config(
            DataConfig("noisy_tail", {"n_max": 1000}, 10.0), 60, BALANCED, STRONG, HARMONIZED
        ),
        claims=(Claim("disagreement", 0, 1), Claim("disagreement", 2, 1)),
    ),
    Preset(
        name="literal",
        title="What if every region of difficulty counts the same?",
        sentence="Give every class, and every occupied region of difficulty inside it, the same "
        "total: the crowded region is the hard one and counts least, while a region that a single "
        "sample reaches can weigh hundreds of times as much. From the epoch in which these weights "
        "begin, accuracy jumps up and down and whole classes are lost. This happens at the "
        "reference learning rate of 0.1, used here; at half of it, the literal form costs a few "
        "points.",
        look="The recall of each class from one epoch to the next; among the weights, that of hard "
        "samples beside that of easy ones.",
        config=replace(
            _config(_HARD_HEAD, 60, WEIGHTED, LITERAL, HARMONIZED),
            optim=replace(quick_recipe(), lr=0.1),
        ),
        claims=(Claim("balanced_accuracy", 0, 1), Claim("balanced_accuracy", 2, 1)),
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _PRESETS}


def ablation(config: ExperimentConfig) -> ExperimentConfig:
    """The same experiment with five methods: neither, intra, inter, both, and the literal form.

    The settings are those of the first harmonized method of ``config``, defaults without one; an
    ``inter`` or ``alpha`` of it that turns a balance off is taken back to its default.
    """
    config = complete(config)
    given = next((m for m in config.methods if m.loss == "harmonized"), None)
    params = dict(complete(replace(config, methods=(given or HARMONIZED,))).methods[0].params)
    if params["alpha"] == 0:
        params["alpha"] = LOSSES["harmonized"].resolve({})["alpha"]
    if params["inter"] == "none":
        params["inter"] = "margin"
    sampler = given.sampler if given else "uniform"
    deferral = given.deferral if given else "none"

    def harmonized(label: str, **changes: bool | float | str) -> MethodConfig:
        return MethodConfig("harmonized", {**params, **changes}, sampler, deferral, label)

    methods = (
        MethodConfig("ce", {}, sampler, deferral, "Neither"),
        harmonized("Intra", inter="none"),
        harmonized("Inter", alpha=0.0),
        harmonized("Both"),
        harmonized("Literal", **LITERAL.params),
    )
    return complete(replace(config, methods=methods))
