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
STRONG = MethodConfig("harmonized", {"alpha": 0.5})
LITERAL = MethodConfig("harmonized", LOSSES["harmonized"].presets["literal"])
CONSTANT = MethodConfig("harmonized", LOSSES["harmonized"].presets["constant"])


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
    """What comes out."""
    look: str
    """Where to look, and at what."""
    config: ExperimentConfig
    claims: tuple[Claim, ...]


def _config(data: DataConfig, epochs: int, *methods: MethodConfig) -> ExperimentConfig:
    return ExperimentConfig(data=data, methods=methods, epochs=epochs)


_HARD_HEAD = DataConfig("hard_head", {}, 50.0)

_PRESETS = (
    Preset(
        name="head_bias",
        title="Cross-entropy is biased to the head",
        sentence="Trained on the counts as they are, the network moves every boundary into the "
        "rarer class. Correcting for the counts moves it back to where Bayes has it, and costs "
        "the head a little.",
        look="The pale line against the dashed one around the rarest class; head against tail in "
        "the bars.",
        config=_config(_HARD_HEAD, 60, CE, BALANCED),
        claims=(Claim("tail", 1, 0), Claim("head", 0, 1), Claim("disagreement", 1, 0)),
    ),
    Preset(
        name="hard_head_samples",
        title="Balancing classes costs the head its hard samples",
        sentence=(
            "The head's small outpost at the tail's edge is safe under cross-entropy and is "
            "partly given up by the methods that lift the tail. The harmonized loss does "
            "not win it back here."
        ),
        look="The outpost of the head beside the rarest class; who owns it, and the ringed points.",
        config=_config(_HARD_HEAD, 60, CE, WEIGHTED, BALANCED, HARMONIZED),
        claims=(Claim("hard_part", 0, 2), Claim("hard_part", 0, 3), Claim("tail", 2, 0)),
    ),
    Preset(
        name="harmonized",
        title="Both balances together",
        sentence="The harmonized loss lifts the rare classes far above cross-entropy; beside "
        "balanced softmax, which has the balance between classes only, there is no clear "
        "difference on these points.",
        look="Tail recall and the difference from Bayes; the last two methods stay together.",
        config=_config(_HARD_HEAD, 60, CE, BALANCED, HARMONIZED),
        claims=(
            Claim("balanced_accuracy", 2, 0),
            Claim("tail", 2, 0),
            Claim("disagreement", 2, 0),
        ),
    ),
    Preset(
        name="learnable",
        title="Difficulty that can be learned: the balance inside classes pays",
        sentence="Every class has small clusters of its own, far from the others and hard only "
        "because they are rarely seen. Giving hard samples more weight finds them sooner: about 2 "
        "points of recall in those clusters.",
        look="The density of g: its hard end empties as the small clusters are learned.",
        config=_config(DataConfig("rare_clusters", {}, 3.0), 15, BALANCED, HARMONIZED),
        claims=(Claim("hard_part", 1, 0), Claim("disagreement", 1, 0)),
    ),
    Preset(
        name="overlap",
        title="Difficulty that is overlap: the balance inside classes costs",
        sentence="Where clusters overlap, samples on the wrong side stay hard for every method. "
        "Giving them more weight moves the boundary away from its best place: not yet at α = 0.3, "
        "clearly at α = 0.5.",
        look="The density of g: its hard end stays, however long the training. The difference "
        "from Bayes grows with α.",
        config=_config(
            DataConfig("uneven_clusters", {"n_max": 1000}, 10.0), 60, BALANCED, HARMONIZED, STRONG
        ),
        claims=(Claim("disagreement", 0, 2),),
    ),
    Preset(
        name="wrong_labels",
        title="Difficulty that is label noise: the balance inside classes costs",
        sentence="Part of what is labelled as tail is really another class. Those samples are the "
        "hardest of all and never become easy; giving them more weight loses ground at the tail.",
        look="Samples with a wrong label keep g near 1 while all others fall.",
        config=_config(
            DataConfig("noisy_tail", {"n_max": 1000}, 10.0), 60, BALANCED, HARMONIZED, STRONG
        ),
        claims=(
            Claim("disagreement", 0, 1),
            Claim("disagreement", 0, 2),
            Claim("tail", 0, 1),
        ),
    ),
    Preset(
        name="literal",
        title="The literal form collapses on a long tail",
        sentence="Give every class, and every occupied region of difficulty inside it, the same "
        "total: the crowded region is the hard one and counts least, while a region that a single "
        "sample reaches can weigh hundreds of times as much. From the epoch in which these weights "
        "begin, accuracy jumps up and down and whole classes are lost. This happens at the "
        "reference learning rate of 0.1, used here; at half of it, the literal form costs a few "
        "points.",
        look="Weight against g: it falls where it should rise. Recall by class from one epoch to "
        "the next, and the effective number of samples, which drops when the weights begin.",
        config=replace(
            _config(_HARD_HEAD, 60, WEIGHTED, LITERAL, HARMONIZED),
            optim=replace(quick_recipe(), lr=0.1),
        ),
        claims=(Claim("balanced_accuracy", 0, 1), Claim("balanced_accuracy", 2, 1)),
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _PRESETS}


def ablation(config: ExperimentConfig) -> ExperimentConfig:
    """The same experiment with five methods: none, intra, inter, both, and the literal form.

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
        MethodConfig("ce", {}, sampler, deferral, "None"),
        harmonized("Intra", inter="none"),
        harmonized("Inter", alpha=0.0),
        harmonized("Both"),
        harmonized("Literal", **LITERAL.params),
    )
    return complete(replace(config, methods=methods))
