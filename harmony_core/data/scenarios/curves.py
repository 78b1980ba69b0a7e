"""Curves that several scenarios are built from."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ..densities import GaussianMixture, Mixture

ALONG = 48
"""Components along a curve."""


def chain(curves: list[Array], width: float) -> Mixture:
    """One curve a class, each a chain of equal Gaussians: the chain itself is the density."""
    owner = np.repeat(np.arange(len(curves)), [len(curve) for curve in curves])
    return GaussianMixture(np.concatenate(curves), width, owner)


def circle(n: int, radius: float, start: float = np.pi / 2) -> Array:
    """(n, 2) points on a circle, counter-clockwise."""
    angle = start + 2 * np.pi * np.arange(n) / n
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])
