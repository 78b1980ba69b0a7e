"""What a loss has to answer so that one sample under it can be explained.

    loss = explanation_of(method, scene.train_counts)
    loss.adjusted(z, label), loss.class_weights(), loss.steps(sample, intra, inter)

`LossExplanation` answers for cross-entropy; another loss overrides what it changes. Letters:
c classes, u unit regions of one class. z are the logits as recorded, the network's times the loss's
scale; z̃ those the loss trains on (written z where it leaves them alone); y the label; N_c training
samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from ..arrays import Array
from ..config import CLASS_BALANCE, OTHER_LOSS, MethodConfig
from ..errors import ConfigError
from ..frames import Frame
from ..losses.registry import LOSSES
from ..parameters import Value, choose
from .density import Region, region_of, region_shares
from .latex import Pair, Step, count, number, plus, product, same, signed, step, times


@dataclass(frozen=True)
class SampleNumbers:
    """The numbers of one sample under one loss that its weights are computed from."""

    label: int
    logits: Array
    """(c,) z"""
    adjusted: Array
    """(c,) z̃"""
    cross_entropy: float
    """−log softmax(z̃)_y"""
    grad_norm: float
    """1 − softmax(z̃)_y, the gradient norm of the cross-entropy"""
    difficulty: float
    """g, by which the loss judges the sample: in general ``grad_norm``"""
    class_weight: float
    """u_y, by the loss; 1 where it has none"""
    deferred_weight: float
    """d_y, by deferred re-weighting; 1 where it is off"""
    recorded_weight: float
    """The weight the loss gave, as recorded"""
    region: Region | None
    """None for a loss without a density"""
    warming_up: bool
    """Whether the loss's schedule still keeps its weights by difficulty at 1"""
    added: float = 0.0
    """What the loss adds to the cross-entropy"""


class LossExplanation:
    """Cross-entropy, and the interface of the others: one loss's settings on one training set.

    ``params`` are all parameters of the loss, ``counts`` (c,) the training samples N_c. The weight
    of a sample is intra × inter: by difficulty within its class, and by class.
    """

    divides_by_class_weights: ClassVar[bool] = False
    """Whether a batch's loss is divided by the sum of its class weights u_y instead of by n."""
    every_logit: ClassVar[bool] = False
    """Whether its formula needs the logits of all classes, beside the loss as it was recorded."""
    intra_symbol: ClassVar[Pair] = same("w")
    warm_up_note: ClassVar[str] = ""
    """What to tell the reader while the sample is `SampleNumbers.warming_up`."""
    smoothing: float = 0.0
    """λ, samples added to every region of the density."""

    def __init__(self, params: Mapping[str, Value], counts: Array) -> None:
        self.params: Mapping[str, Any] = params
        self.counts = np.asarray(counts, dtype=np.float64)

    @staticmethod
    def plain_inverse_density(params: Mapping[str, Value]) -> bool:
        """Whether a loss with these parameters weighs by nearly the plain inverse of a density."""
        return False

    def read(self, frame: Frame) -> None:
        """Take what the loss learned in training from a frame; asked before anything else."""

    def slope(self) -> Array:
        """(c,) ∂z̃_c / ∂z_c."""
        return np.ones(len(self.counts))

    def offset(self) -> Array | None:
        """(c,) what is added to the logits, or None if nothing is."""
        return None

    def adjusted(self, logits: Array, label: int) -> Array:
        """(c,) z̃."""
        offset = self.offset()
        return np.asarray(logits * self.slope() + (0 if offset is None else offset))

    def added_term(self, logits: Array, label: int) -> tuple[float, Array]:
        """R, which is added to the cross-entropy of a sample, and its gradient ∂R/∂z (c,)."""
        return 0.0, np.zeros(len(self.counts))

    def class_weights(self) -> Array:
        """(c,) u."""
        return np.ones(len(self.counts))

    def difficulty(self, logits: Array, grad_norm: float, label: int) -> float:
        """g of a sample with plain ``logits`` (c,) and gradient norm ``grad_norm``."""
        return grad_norm

    def scheduled(self, epoch: int, epochs: int) -> LossExplanation:
        """The loss as its schedule had it in ``epoch`` of ``epochs``."""
        return self

    def warming_up(self, epoch: int, epochs: int) -> bool:
        """Whether the weights by difficulty were still kept at 1 in ``epoch`` of ``epochs``."""
        return False

    def rarities(self, shares: Array) -> Array | None:
        """r[b] (1, u) of a density's shares (1, u), or None for a loss without it."""
        return None

    def anchors(self, frame: Frame) -> Array | None:
        """The scale f (c,) that makes the weights of all classes agree at g = ½, or None."""
        return None

    def region(self, frame: Frame, position: int, label: int) -> Region | None:
        """The region of a tracked sample, or None where the frame holds no density.

        Logits are recorded with 11 significant bits, so the region is that of the gradient norm
        recorded beside them in full precision.
        """
        if frame.density is None or frame.regions is None or frame.region_weight is None:
            return None
        regions = int(frame.regions[label])
        b = int(region_of(frame.tracked_grad_norm[position], regions))
        density = np.asarray(frame.density[label : label + 1, :regions], dtype=np.float64)
        shares = region_shares(density, np.array([regions]), self.smoothing)
        rarity = mean = math.nan
        rarities = self.rarities(shares)
        if rarities is not None:
            rarity, mean = float(rarities[0, b]), float((shares * rarities).sum())
        return Region(
            index=b,
            regions=regions,
            density=float(density[0, b]),
            total=float(density.sum()),
            share=float(shares[0, b]),
            weight=float(frame.region_weight[label, b]),
            rarity=rarity,
            mean=mean,
            anchor=1.0 if (scales := self.anchors(frame)) is None else float(scales[label]),
        )

    def intra_weight(self, sample: SampleNumbers) -> float:
        """The weight by difficulty: that of the region where there is a density, else 1."""
        return 1.0 if sample.region is None else sample.region.weight

    def inter_weight(self, sample: SampleNumbers) -> float:
        """The weight by class: the loss's own times that of deferral."""
        return sample.class_weight * sample.deferred_weight

    def steepness(self, sample: SampleNumbers) -> float:
        """∂(weight · CE) over weight · ∂CE: 1 unless the weight is differentiated as well."""
        return 1.0

    def logit_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        """How the loss moves the logit of the sample's class."""
        return ()

    def intra_steps(self, sample: SampleNumbers, intra: float) -> Iterable[Step]:
        """How the weight by difficulty comes about; not asked during warm-up."""
        return ()

    def added_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        """How R comes about, which is added to the cross-entropy."""
        return ()

    def class_steps(self, sample: SampleNumbers) -> Iterable[Step]:
        """How the loss's own weight u_y of the class comes about."""
        return ()

    def difficulty_step(self, p: Pair, probability: float, sample: SampleNumbers) -> Step:
        """g, from the probability of the label under the logits that the loss trains on."""
        return step(
            "Difficulty",
            same("g"),
            one_minus(p),
            one_minus(number(probability)),
            number(sample.difficulty),
        )

    def pull_step(self, sample: SampleNumbers, weight: float) -> Step:
        """How hard the sample pulls at the logit of its class, −∂ℓ/∂z_y."""
        return step(
            *PULL,
            (r"\text{weight} \cdot g", "weight · g"),
            times(number(weight), number(sample.grad_norm)),
            number(weight * sample.grad_norm),
        )

    def notes(self, sample: SampleNumbers) -> list[str]:
        """What a reader should know about these numbers."""
        notes = []
        if sample.warming_up:
            notes.append(self.warm_up_note)
        if sample.deferred_weight != 1:
            notes.append(
                "Deferred re-weighting is on: the class weight is part of the inter weight."
            )
        if self.divides_by_class_weights:
            notes.append("The batch's loss is divided by the sum of its class weights, not by n.")
        return notes

    def steps(self, sample: SampleNumbers, intra: float, inter: float) -> tuple[Step, ...]:
        """All steps of the formula, from the logit to the pull."""
        logit_steps = [*self.logit_steps(sample)]
        z = (r"\tilde z", "z̃") if logit_steps else same("z")
        p = (r"\tilde p_y", "p̃_y") if logit_steps else same("p_y")
        probability = float(np.exp(-sample.cross_entropy))
        softmax = (
            rf"\frac{{e^{{{z[0]}_y}}}}{{\sum_c e^{{{z[0]}_c}}}}",
            f"e^({z[1]}_y) / Σ_c e^({z[1]}_c)",
        )
        intra_steps = [] if sample.warming_up else [*self.intra_steps(sample, intra)]
        class_steps = [*self.class_steps(sample)]
        steps = [
            *logit_steps,
            step("Probability of its class", p, softmax, number(probability)),
            self.difficulty_step(p, probability, sample),
            *intra_steps,
            *class_steps,
        ]
        factors = [self.intra_symbol] if intra_steps else []
        if class_steps and sample.class_weight != 1:
            factors.append(same("u_y"))
        if sample.deferred_weight != 1:
            factors.append(same("d_y"))
            steps.append(
                effective_number_step(
                    "Deferred weight of its class",
                    same("d_y"),
                    CLASS_BALANCE,
                    self.counts[sample.label],
                    sample.deferred_weight,
                )
            )
        entropy = number(sample.cross_entropy)
        symbol = (r"\mathrm{CE}", "CE")
        steps.append(step("Cross-entropy", symbol, (rf"-\log {p[0]}", f"−log {p[1]}"), entropy))
        weight = intra * inter
        added_steps = [*self.added_steps(sample)]
        steps += added_steps
        if added_steps:
            symbol = plus(symbol, same("R"))
            entropy = plus(entropy, signed(sample.added))
            if factors:
                symbol, entropy = _bracketed(symbol), _bracketed(entropy)
        if factors or added_steps:
            steps.append(
                step(
                    "Its share of the loss",
                    (r"\ell", "ℓ"),
                    product(*factors, symbol),
                    times(number(weight), entropy) if factors else entropy,
                    number(weight * (sample.cross_entropy + sample.added)),
                )
            )
        return (*steps, self.pull_step(sample, weight))


class RecordedExplanation(LossExplanation):
    """A loss that names no explanation of its own: its weight is the one that was recorded."""

    def intra_weight(self, sample: SampleNumbers) -> float:
        return sample.recorded_weight / self.inter_weight(sample)

    def notes(self, sample: SampleNumbers) -> list[str]:
        note = "The formula of this loss is not explained here; its weight is as recorded."
        return [*super().notes(sample), note]


PULL = "Its pull", (r"-\partial \ell / \partial z_y", "−∂ℓ/∂z_y")
"""Name and left-hand side of the last step of every formula."""
CLASS_WEIGHT = "Weight of its class", same("u_y")
"""Name and left-hand side of the step of the loss's own class weight."""


def explanation_class(loss: str) -> type[LossExplanation]:
    """The explanation that the registry names for a loss.

    >>> explanation_class("ce").__name__
    'LossExplanation'
    """
    if loss == OTHER_LOSS:
        return RecordedExplanation
    choose(loss, LOSSES, "loss")
    module, attribute = LOSSES[loss].explanation.split(":")
    found = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, LossExplanation)):
        raise ConfigError(
            f"Expected `explanation` of loss `{loss}` to name a LossExplanation, but got {found!r}."
        )
    return found


def explanation_of(method: MethodConfig, counts: Array) -> LossExplanation:
    """The explanation of a method's loss on a training set with ``counts`` (c,).

    >>> explanation_of(MethodConfig("weighted_ce"), np.array([3, 1])).class_weights().round(3)
    array([0.667, 2.   ])
    """
    known = LOSSES[method.loss].resolve(method.params) if method.loss != OTHER_LOSS else {}
    return explanation_class(method.loss)(known, counts)


def effective_number_step(
    name: str, left: Pair, beta: float, samples: float, weight: float
) -> Step:
    """k (1 − β) / (1 − β^N), with k such that the classes' weights sum to their number."""
    n = count(samples)[1]
    return step(
        name,
        left,
        (r"k \, \frac{1 - \beta}{1 - \beta^{N_y}}", "k (1 − β) / (1 − β^N_y)"),
        (
            rf"k \, \frac{{1 - {beta:g}}}{{1 - {beta:g}^{{{n}}}}}",
            f"k (1 − {beta:g}) / (1 − {beta:g}^{n})",
        ),
        number(weight),
    )


def one_minus(x: Pair) -> Pair:
    """1 − x."""
    return f"1 - {x[0]}", f"1 − {x[1]}"


def _bracketed(x: Pair) -> Pair:
    return f"({x[0]})", f"({x[1]})"
