"""What each loss makes of one sample's logits: NumPy twins of `harmony_core.losses`, in float64.

Letters: c classes. z are the logits as recorded, the network's times the loss's scale; z̃ those the
loss trains on; y the label; N_c training samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import CLASS_BALANCE, MethodConfig, deferral_epoch
from ..losses.registry import LOSSES
from ..parameters import Value
from .sandbox import log_prior

Array = NDArray[Any]
EPSILON = 1e-3
"""What the influence-balanced loss adds to the influence."""
WEIGHTED = ("weighted_ce", "class_balanced", "cb_focal")
"""Losses that divide by the sum of their class weights instead of by n."""


@dataclass(frozen=True)
class Region:
    """Where a sample lies in the gradient density its loss keeps."""

    index: int
    """b, from 0"""
    many: int
    """M_c"""
    density: float
    """A_c[b], decayed count"""
    total: float
    """Σ A_c"""
    share: float
    """p_c[b], smoothed"""
    rarity: float
    """r_c[b]; NaN for a loss that has none"""
    mean: float
    """Σ p r, what makes the mean weight 1; NaN for a loss that has none"""

    @property
    def span(self) -> tuple[float, float]:
        """The region is low ≤ g < high."""
        return self.index / self.many, (self.index + 1) / self.many


@dataclass(frozen=True)
class Numbers:
    """The parts of a loss that depend on the class and the logits, not on a density."""

    params: Mapping[str, Value]
    """All parameters of the loss, defaults filled in."""
    adjusted: Array
    """(c,) z̃"""
    slope: Array
    """(c,) ∂z̃_c / ∂z_c"""
    cross_entropy: float
    """−log softmax(z̃)_y"""
    grad_norm: float
    """g = 1 − softmax(z̃)_y"""
    class_weight: float
    """u_y of the loss itself; 1 where it has none"""
    deferred_weight: float
    """What deferred re-weighting multiplies; 1 where it is off"""
    known: bool
    """False for a loss this module does not spell out: then z̃ = z and u_y = 1."""


def numbers(
    method: MethodConfig, counts: Array, logits: Array, label: int, epoch: int, epochs: int
) -> Numbers:
    """The parts for a sample with recorded ``logits`` (c,), after ``epoch`` of ``epochs``."""
    params = LOSSES[method.loss].resolve(method.params)
    z = np.asarray(logits, dtype=np.float64)
    adjusted, slope = _adjusted(method.loss, params, counts, z, label)
    loss = cross_entropy(adjusted, label)
    return Numbers(
        params=params,
        adjusted=adjusted,
        slope=slope,
        cross_entropy=loss,
        grad_norm=float(np.clip(-np.expm1(-loss), 0, 1)),
        class_weight=float(_class_weight(method.loss, params, counts)[label]),
        deferred_weight=float(_deferred(method, counts, epoch, epochs)[label]),
        known=method.loss in SPELLED_OUT,
    )


SPELLED_OUT = frozenset(
    (
        "ce", "weighted_ce", "class_balanced", "focal", "cb_focal", "ghm", "ldam",
        "balanced_softmax", "logit_adjusted", "vs", "ib", "harmonized",
    )
)  # fmt: skip


def cross_entropy(logits: Array, label: int) -> float:
    """−log softmax(z)_y, precise also where it is next to 0."""
    above = np.delete(logits, label) - logits[label]
    top = max(float(above.max()), 0.0)
    if top == 0:
        return float(np.log1p(np.exp(above).sum()))
    return float(top + np.log(np.exp(-top) + np.exp(above - top).sum()))


def softmax(logits: Array) -> Array:
    """(c,) probabilities."""
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum())


def offsets(loss: str, params: Mapping[str, Any], counts: Array) -> Array | None:
    """(c,) τ log π, or None where the loss moves no logit by class."""
    margin = loss == "harmonized" and params["inter"] == "margin"
    if loss in ("logit_adjusted", "vs") or margin:
        return np.asarray(params["tau"] * log_prior(counts))
    return log_prior(counts) if loss == "balanced_softmax" else None


def divisors(params: Mapping[str, Any], counts: Array) -> Array:
    """(c,) Δ_c = (N_max / N_c)^γ of vector scaling."""
    counts = np.asarray(counts, dtype=np.float64)
    return np.asarray((counts.max() / counts) ** params["gamma"])


def margins(params: Mapping[str, Any], counts: Array) -> Array:
    """(c,) m_c of LDAM, in cosine."""
    rarity = np.asarray(counts, dtype=np.float64) ** -0.25
    return np.asarray(params["margin"] * rarity / rarity.max())


def steepness(gamma: float, cross_entropy: float, grad_norm: float) -> float:
    """1 + γ p·CE/(1 − p): how much steeper focal loss is than its weight says."""
    fraction = np.exp(-cross_entropy) * cross_entropy / grad_norm if grad_norm > 0 else 1.0
    return float(1 + gamma * fraction)


def influence_active(params: Mapping[str, Any], epoch: int, epochs: int) -> bool:
    """Whether the influence weights were on in the epoch that ended; they are before the first."""
    return epoch == 0 or epoch - 1 >= min(int(params["start"]), epochs // 2)


def warming_up(params: Mapping[str, Any], epoch: int, epochs: int) -> bool:
    """Whether the harmonized loss still held its intra weights at 1 in the epoch that ended."""
    return 0 < epoch <= min(int(params["warmup"]), epochs // 10)


def _adjusted(
    loss: str, params: Mapping[str, Any], counts: Array, z: Array, label: int
) -> tuple[Array, Array]:
    slope = np.ones_like(z)
    if loss == "ldam":
        z = z.copy()
        z[label] -= params["scale"] * margins(params, counts)[label]
        return z, slope
    if loss == "vs":
        slope = 1 / divisors(params, counts)
    moved = offsets(loss, params, counts)
    return z * slope + (0 if moved is None else moved), slope


def _class_weight(loss: str, params: Mapping[str, Any], counts: Array) -> Array:
    counts = np.asarray(counts, dtype=np.float64)
    if loss == "weighted_ce":
        return _inverse_frequency(counts, params["exponent"])
    if loss == "harmonized" and params["inter"] == "weight":
        return _inverse_frequency(counts, params["rho"])
    if loss in ("class_balanced", "cb_focal"):
        return _effective_number(counts, params["beta"])
    if loss == "ib":
        return np.asarray(params["alpha"] * len(counts) / counts / (1 / counts).sum())
    return np.ones(len(counts))


def _deferred(method: MethodConfig, counts: Array, epoch: int, epochs: int) -> Array:
    if method.deferral == "drw" and epoch > deferral_epoch(epochs):
        return _effective_number(np.asarray(counts, dtype=np.float64), CLASS_BALANCE)
    return np.ones(len(counts))


def _inverse_frequency(counts: Array, exponent: float) -> Array:
    weight = counts**-exponent
    return np.asarray(weight * counts.sum() / (counts * weight).sum())


def _effective_number(counts: Array, beta: float) -> Array:
    weight = (1 - beta) / (1 - beta**counts)
    return np.asarray(weight * len(counts) / weight.sum())
