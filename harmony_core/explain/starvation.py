"""Why a plain inverse density can starve a class: its fullest region is a hard one.

Where nearly every sample of a class is still hard, the dense region is the hard one, and weights
in inverse proportion to density are smallest exactly there. Axes: c classes, b unit regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import OTHER_LOSS, MethodConfig
from ..frames import Frame
from ..losses.registry import LOSSES
from .base import explanation_class

HARD = 0.5


@dataclass(frozen=True)
class Starved:
    """A class whose fullest region is hard and weighs less than an easier one."""

    label: int
    hard: float
    """Share of its density in regions whose middle is above g = 0.5"""
    weight: float
    """Weight in its fullest region"""
    easier: float
    """Largest weight in an easier region that holds a sample or more"""


def plain_inverse(method: MethodConfig) -> bool:
    """Whether a method weighs by nearly the plain inverse of a density, without the envelope.

    >>> plain_inverse(MethodConfig("harmonized", {"alpha": 1.0, "envelope": False}))
    True
    """
    if method.loss == OTHER_LOSS:
        return False
    params = LOSSES[method.loss].resolve(method.params)
    return explanation_class(method.loss).plain_inverse_density(params)


def starved(frame: Frame) -> list[Starved]:
    """The starved classes of one method after one epoch, hardest first."""
    if frame.density is None or frame.regions is None or frame.region_weight is None:
        return []
    found = []
    for label, regions in enumerate(np.asarray(frame.regions).tolist()):
        density = np.asarray(frame.density[label, :regions], dtype=np.float64)
        weight = np.asarray(frame.region_weight[label, :regions], dtype=np.float64)
        total = density.sum()
        full = int(density.argmax()) if regions else 0
        if total <= 0 or not full or (full + 0.5) / regions <= HARD:
            continue
        occupied = density[:full] >= 1
        easier = float(weight[:full][occupied].max(initial=0))
        middles = (np.arange(regions) + 0.5) / regions
        if easier > weight[full]:
            share = float(density[middles > HARD].sum() / total)
            found.append(Starved(label, share, float(weight[full]), easier))
    return sorted(found, key=lambda found_class: -found_class.hard)
