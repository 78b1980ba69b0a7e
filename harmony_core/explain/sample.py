"""One sample under one method: every number its loss used, and the formula with them put in.

    frame = frames[method]
    seen = explain(config, scene, frame, sample)     # sample: position among the tracked ones
    seen.p_adjusted, seen.grad_norm, seen.weight, seen.gradient
    for step in seen.steps: st.latex(step.latex)

The numbers are those of the recorded frame. Letters: c classes, m regions of one class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..config import ExperimentConfig
from ..errors import DataError
from ..frames import Frame, Scene
from ..top_logits import ONLY_TOP, TopLogits, all_logits
from .base import LossExplanation, SampleNumbers, explanation_of
from .density import Region
from .latex import Step
from .numbers import cross_entropy, deferred_weights, softmax


@dataclass(frozen=True)
class SampleExplanation:
    """One sample under one method at one epoch; each loss is weight × cross-entropy."""

    method: int
    label: int
    epoch: int
    logits: Array
    """(c,) z as recorded: the network's, times the loss's scale; NaN, as all that follows from it,
    for classes whose logit was not recorded"""
    adjusted: Array
    """(c,) z̃, the logits the loss trains on"""
    p: Array
    """(c,) softmax(z), what the network predicts"""
    p_adjusted: Array
    """(c,) softmax(z̃)"""
    p_y: float
    """Probability of the label, by the plain softmax"""
    grad_norm: float
    """1 − softmax(z̃)_y, the gradient norm of the cross-entropy"""
    difficulty: float
    """g, by which the loss judges the sample: in general ``grad_norm``"""
    region: Region | None
    """None for a loss without a density"""
    intra: float
    """Weight by difficulty within the class"""
    inter: float
    """Weight by class: the loss's own and that of deferral"""
    weight: float
    """intra × inter: everything that multiplies the sample"""
    unit: float
    """What the sample adds to the denominator of the batch's loss"""
    cross_entropy: float
    """−log p_y under softmax(z̃), and what the loss adds to it"""
    loss: float
    """weight × cross_entropy, before the division by the batch's units"""
    gradient: Array
    """(c,) ∂loss/∂z: weight · (p̃ − onehot) · ∂z̃/∂z, steeper for focal, and that of an added term"""
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def latex(self) -> tuple[str, ...]:
        """The formula with this sample's numbers, one block a step."""
        return tuple(step.latex for step in self.steps)

    @property
    def text(self) -> tuple[str, ...]:
        """The same as plain lines."""
        return tuple(f"{step.name}: {step.text}" for step in self.steps)


def explain(config: ExperimentConfig, scene: Scene, frame: Frame, sample: int) -> SampleExplanation:
    """What ``config.methods[frame.method]`` makes of a tracked sample (its position among them)."""
    k = len(scene.tracked_targets)
    if not k:
        raise DataError(
            "Expected an experiment that follows samples, but this one tracks none. "
            "Run it again with record `tracked` above 0."
        )
    if not 0 <= sample < k:
        raise DataError(
            f"Expected a tracked sample from 0 to {k - 1}, but got {sample}. Choose one of those."
        )
    return _explained(_loss(config, scene, frame), config, scene, frame, sample, formulas=True)


def explain_all(config: ExperimentConfig, scene: Scene, frame: Frame) -> list[SampleExplanation]:
    """Every tracked sample, without ``steps`` and ``notes``, which take most of the time."""
    loss = _loss(config, scene, frame)
    return [
        _explained(loss, config, scene, frame, i, formulas=False)
        for i in range(len(scene.tracked_targets))
    ]


def _loss(config: ExperimentConfig, scene: Scene, frame: Frame) -> LossExplanation:
    method = config.methods[frame.method]
    loss = explanation_of(method, scene.train_counts).scheduled(frame.epoch, config.epochs)
    loss.read(frame)
    return loss


def _explained(
    loss: LossExplanation,
    config: ExperimentConfig,
    scene: Scene,
    frame: Frame,
    sample: int,
    *,
    formulas: bool,
) -> SampleExplanation:
    method, counts = config.methods[frame.method], scene.train_counts
    label = int(scene.tracked_targets[sample])
    logits, known = _recorded_logits(loss, frame, sample)
    adjusted = loss.adjusted(logits, label)
    if frame.tracked_loss is None:
        entropy = cross_entropy(adjusted, label)
    else:
        entropy = float(frame.tracked_loss[sample])
    added, added_gradient = loss.added_term(logits, label)
    grad_norm = float(np.clip(-np.expm1(-entropy), 0, 1))
    deferred = deferred_weights(method, counts, frame.epoch, config.epochs)
    numbers = SampleNumbers(
        label=label,
        logits=logits,
        adjusted=adjusted,
        cross_entropy=entropy,
        grad_norm=grad_norm,
        difficulty=loss.difficulty(logits, grad_norm, label),
        class_weight=float(loss.class_weights()[label]),
        deferred_weight=float(deferred[label]),
        recorded_weight=float(frame.tracked_weight[sample]),
        region=loss.region(frame, sample, label),
        warming_up=loss.warming_up(frame.epoch, config.epochs),
        added=added,
    )
    intra, inter = loss.intra_weight(numbers), loss.inter_weight(numbers)
    weight = intra * inter
    p, p_adjusted = softmax(logits), softmax(adjusted)
    if known is not None:
        p_adjusted = np.exp(adjusted - adjusted[label] - entropy)
        for values in (logits, adjusted, p, p_adjusted):
            values[~known] = np.nan
    pull = p_adjusted.copy()
    pull[label] = -numbers.grad_norm
    own = numbers.class_weight if loss.divides_by_class_weights else 1
    return SampleExplanation(
        method=frame.method,
        label=label,
        epoch=frame.epoch,
        logits=logits,
        adjusted=adjusted,
        p=p,
        p_adjusted=p_adjusted,
        p_y=float(p[label]),
        grad_norm=numbers.grad_norm,
        difficulty=numbers.difficulty,
        region=numbers.region,
        intra=intra,
        inter=inter,
        weight=weight,
        unit=numbers.deferred_weight * own,
        cross_entropy=entropy + added,
        loss=weight * (entropy + added),
        gradient=weight * (loss.steepness(numbers) * pull * loss.slope() + added_gradient),
        steps=loss.steps(numbers, intra, inter) if formulas else (),
        notes=_notes(loss, numbers, known) if formulas else (),
    )


def _recorded_logits(
    loss: LossExplanation, frame: Frame, sample: int
) -> tuple[Array, Array | None]:
    """The logits (c,) of a tracked sample, and (c,) which were recorded, None if all were.

    The others are set equally likely; `DataError` if the formula of the loss depends on them.
    """
    recorded = frame.tracked_logits
    if not isinstance(recorded, TopLogits) or loss.every_logit:
        return np.array(all_logits(recorded)[sample], dtype=np.float64), None
    spread = recorded.spread(np.array([sample]))[0]
    return spread.astype(np.float64), recorded.known(sample)


def _notes(loss: LossExplanation, numbers: SampleNumbers, known: Array | None) -> tuple[str, ...]:
    notes = loss.notes(numbers)
    if known is not None:
        notes = [*notes, f"{ONLY_TOP}, and its own; the pull on the others is not known."]
    return tuple(notes)


def weight_curve(frame: Frame, label: int) -> tuple[Array, Array] | None:
    """Edges (m + 1,) and weights (m,) of a class's unit regions; None without a density."""
    if frame.regions is None or frame.region_weight is None:
        return None
    regions = int(frame.regions[label])
    weights = np.asarray(frame.region_weight[label, :regions], dtype=np.float64)
    return np.linspace(0, 1, regions + 1), weights
