"""One sample under the microscope: every number its loss used, and the formula with them put in.

    frame = frames[method]
    seen = explain(config, scene, frame, sample)     # sample: position among the tracked ones
    seen.p_adjusted, seen.grad_norm, seen.weight, seen.gradient
    for term in seen.terms: st.latex(term.latex)

The numbers are those of the recorded frame. Logits are recorded with 11 significant bits, so the
region and a density's weight are read at the gradient norm that was recorded beside them, in full
precision. Letters: c classes, u unit regions, m regions of one class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import ExperimentConfig
from ..errors import DataError
from ..frames import Frame, Scene
from ..losses.registry import LOSSES
from .formula import Term
from .formula_terms import formula_terms
from .loss_numbers import (
    WEIGHTED,
    Numbers,
    Region,
    influence_active,
    numbers,
    softmax,
    steepness,
    warming_up,
)
from .sandbox import region_of, region_rarities, region_shares

Array = NDArray[Any]


@dataclass(frozen=True)
class Explanation:
    """One sample under one method at one epoch; each loss is weight × cross-entropy."""

    method: int
    label: int
    epoch: int
    logits: Array
    """(c,) z as recorded: the network's, times the loss's scale"""
    adjusted: Array
    """(c,) z̃, the logits the loss trains on"""
    p: Array
    """(c,) softmax(z), what the network predicts"""
    p_adjusted: Array
    """(c,) softmax(z̃)"""
    p_y: float
    """Probability of the label, by the plain softmax"""
    grad_norm: float
    """g = 1 − softmax(z̃)_y"""
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
    loss: float
    """weight × cross_entropy, before the division by the batch's units"""
    gradient: Array
    """(c,) ∂loss/∂z: weight · (p̃ − onehot), times 1/Δ for vector scaling, and steeper for focal"""
    terms: tuple[Term, ...]
    notes: tuple[str, ...] = ()

    @property
    def latex(self) -> tuple[str, ...]:
        """The formula with this sample's numbers, one block a step."""
        return tuple(term.latex for term in self.terms)

    @property
    def text(self) -> tuple[str, ...]:
        """The same as plain lines."""
        return tuple(f"{term.name}: {term.text}" for term in self.terms)


def explain(config: ExperimentConfig, scene: Scene, frame: Frame, sample: int) -> Explanation:
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
    method = config.methods[frame.method]
    label = int(scene.tracked_targets[sample])
    logits = np.asarray(frame.tracked_logits[sample], dtype=np.float64)
    found = numbers(method, scene.train_counts, logits, label, frame.epoch, config.epochs)
    region = _region(found, frame, sample, label)
    held = _held(found, method.loss, frame.epoch, config.epochs)
    intra, inter = _weights(found, method.loss, frame, sample, label, region, held)
    weight = intra * inter
    p_adjusted = softmax(found.adjusted)
    pull = p_adjusted.copy()
    pull[label] = -found.grad_norm
    unit = found.deferred_weight * (found.class_weight if method.loss in WEIGHTED else 1)
    steep = 1.0
    if method.loss in ("focal", "cb_focal"):
        steep = steepness(float(found.params["gamma"]), found.cross_entropy, found.grad_norm)
    p = softmax(logits)
    return Explanation(
        method=frame.method,
        label=label,
        epoch=frame.epoch,
        logits=logits,
        adjusted=found.adjusted,
        p=p,
        p_adjusted=p_adjusted,
        p_y=float(p[label]),
        grad_norm=found.grad_norm,
        region=region,
        intra=intra,
        inter=inter,
        weight=weight,
        unit=unit,
        cross_entropy=found.cross_entropy,
        loss=weight * found.cross_entropy,
        gradient=weight * steep * pull * found.slope,
        terms=formula_terms(
            method.loss, scene.train_counts, label, logits, found, region, intra, inter, held
        ),
        notes=_notes(found, method.loss, held),
    )


def weight_curve(frame: Frame, label: int) -> tuple[Array, Array] | None:
    """Edges (m + 1,) and weights (m,) of a class's unit regions; None without a density."""
    if frame.regions is None or frame.region_weight is None:
        return None
    many = int(frame.regions[label])
    return np.linspace(0, 1, many + 1), np.asarray(frame.region_weight[label, :many], np.float64)


def _region(found: Numbers, frame: Frame, sample: int, label: int) -> Region | None:
    if frame.density is None or frame.regions is None or frame.region_weight is None:
        return None
    many = int(frame.regions[label])
    b = int(region_of(frame.tracked_grad_norm[sample], many))
    counts = np.asarray(frame.density[label : label + 1, :many], dtype=np.float64)
    params, regions = found.params, np.array([many])
    shares = region_shares(counts, regions, float(params.get("smoothing", 0)))
    rarity = mean = math.nan
    if "envelope" in params:
        rarities = region_rarities(shares, float(params["alpha"]), bool(params["envelope"]))
        rarity, mean = float(rarities[0, b]), float((shares * rarities).sum())
    density, total = float(counts[0, b]), float(counts.sum())
    return Region(b, many, density, total, float(shares[0, b]), rarity, mean)


def _weights(
    found: Numbers,
    loss: str,
    frame: Frame,
    sample: int,
    label: int,
    region: Region | None,
    held: bool,
) -> tuple[float, float]:
    """The intra and the inter weight."""
    inter = found.class_weight * found.deferred_weight
    recorded = float(frame.tracked_weight[sample])
    if loss == "ib":
        if held:
            return 1.0, found.deferred_weight
        return recorded / inter, inter  # ‖h‖₁ is not recorded, the weight it gave is
    if not found.known:
        return recorded / inter, inter
    if loss in ("focal", "cb_focal"):
        return found.grad_norm ** float(found.params["gamma"]), inter
    if region is not None and frame.region_weight is not None:
        return float(frame.region_weight[label, region.index]), inter
    return 1.0, inter


def _held(found: Numbers, loss: str, epoch: int, epochs: int) -> bool:
    """Whether the loss's schedule still held its weights by difficulty at 1."""
    if loss == "ib":
        return not influence_active(found.params, epoch, epochs)
    return loss == "harmonized" and warming_up(found.params, epoch, epochs)


def _notes(found: Numbers, loss: str, held: bool) -> tuple[str, ...]:
    """What a reader should know about these numbers."""
    notes = []
    if held and loss == "ib":
        notes.append("The influence weights are not on yet; until then this is cross-entropy.")
    elif held:
        notes.append(
            "The intra weights are held at 1 while the training warms up; the density is already "
            "being counted."
        )
    if found.deferred_weight != 1:
        notes.append("Deferred re-weighting is on: the class weight is part of the inter weight.")
    if loss in WEIGHTED:
        notes.append("The batch's loss is divided by the sum of its class weights, not by n.")
    if not found.known:
        title = LOSSES[loss].title
        notes.append(f"{title} is not spelled out here; its weight is the one that was recorded.")
    return tuple(notes)
