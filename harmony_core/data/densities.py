"""Class densities in closed form: what the 2-D scenarios are drawn from.

Axes: n points, c classes, m components; every component belongs to one class. Because the
density is the one that is sampled, argmax over classes of `log_density` is exactly the Bayes rule
of the balanced problem.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from ..arrays import Array
from ..errors import DataError

CHUNK = 2**19
"""Densities of components computed at once: 4 MB each of a few arrays."""
RARE = 0.2
"""A component with at most this share of its class is a rare part of it."""


class Mixture(ABC):
    """Classes that are mixtures of simple components.

    ``owner`` (m,) is the class of each component; ``weights`` (m,) are normalised within a class.
    """

    def __init__(self, owner: object, weights: object | None) -> None:
        self.owner = np.asarray(owner, dtype=np.int64)
        self.classes = int(self.owner.max()) + 1
        raw = np.ones(len(self.owner)) if weights is None else np.asarray(weights, dtype=float)
        totals = np.bincount(self.owner, weights=raw, minlength=self.classes)
        self.weights = raw / totals[self.owner]

    def log_density(self, points: Array) -> Array:
        """(n, 2) points → (n, c) natural log of each class's density."""
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise DataError(f"Expected points of shape (n, 2), but got {points.shape}.")
        out = np.empty((len(points), self.classes))
        rows = max(1, CHUNK // len(self.owner))
        for start in range(0, len(points), rows):
            part = slice(start, start + rows)
            logs = self.log_components(points[part]) + np.log(self.weights)
            for c in range(self.classes):
                own = logs[:, self.owner == c]
                top = own.max(axis=1)
                out[part, c] = top + np.log(np.exp(own - top[:, None]).sum(axis=1))
        return out

    def sample(self, label: int, n: int, rng: np.random.Generator) -> Array:
        """(n, 2) float32 points of one class."""
        own = np.flatnonzero(self.owner == label)
        picked = rng.choice(own, size=n, p=self.weights[own])
        return self.draw_from(picked, rng).astype(np.float32)

    def draw(self, counts: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Points (n, 2) and targets (n,), ``counts[c]`` of each class, class after class."""
        points = [self.sample(c, int(count), rng) for c, count in enumerate(counts)]
        targets = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        return np.concatenate(points), targets

    @abstractmethod
    def log_components(self, points: Array) -> Array:
        """(n, m) natural log of each component's density."""

    def rare_parts(self) -> Array:
        """(p,) the components that hold at most `RARE` of their class, whose others hold more.

        The pieces of a curve, all of them small, are no parts of their own.
        """
        largest = np.zeros(self.classes)
        np.maximum.at(largest, self.owner, self.weights)
        return np.flatnonzero((self.weights <= RARE) & (largest[self.owner] > RARE))

    @abstractmethod
    def draw_from(self, components: Array, rng: np.random.Generator) -> Array:
        """(n, 2) one point of each of the components (n,)."""


class GaussianMixture(Mixture):
    """Gaussian components; ``scales`` (m,) for round ones or (m, 2, 2) factors A of A·Aᵀ."""

    def __init__(
        self, means: object, scales: object, owner: object, weights: object | None = None
    ) -> None:
        super().__init__(owner, weights)
        self.means = np.asarray(means, dtype=float)
        factors = np.asarray(scales, dtype=float)
        if factors.ndim < 3:
            factors = np.broadcast_to(factors, (len(self.means),))[:, None, None] * np.eye(2)
        self.factors = factors
        self._inverse = np.linalg.inv(factors)
        self._constant = -np.log(np.abs(np.linalg.det(factors))) - np.log(2 * np.pi)

    def log_components(self, points: Array) -> Array:
        dx = points[:, :1] - self.means[:, 0]
        dy = points[:, 1:] - self.means[:, 1]
        a, b = self._inverse[:, 0, 0], self._inverse[:, 0, 1]
        c, d = self._inverse[:, 1, 0], self._inverse[:, 1, 1]
        return np.asarray(self._constant - 0.5 * ((a * dx + b * dy) ** 2 + (c * dx + d * dy) ** 2))

    def draw_from(self, components: Array, rng: np.random.Generator) -> Array:
        noise = rng.standard_normal((len(components), 2))
        moved = np.einsum("nij,nj->ni", self.factors[components], noise)
        return np.asarray(self.means[components] + moved)


class CellMixture(Mixture):
    """Squares with soft edges: uniform in a square of side ``side``, plus logistic noise.

    On each axis the density is (σ(u) − σ(v)) / side with u, v the distances to the two edges in
    units of ``blur``; unlike Gaussian noise it needs no error function and stays exact far outside.
    """

    def __init__(self, corners: object, side: float, blur: float, owner: object) -> None:
        super().__init__(owner, None)
        self.corners = np.asarray(corners, dtype=float)
        self.side, self.blur = side, blur

    def log_components(self, points: Array) -> Array:
        total = np.zeros((len(points), len(self.corners)))
        for axis in (0, 1):
            u = (points[:, axis, None] - self.corners[:, axis]) / self.blur
            v = u - self.side / self.blur
            total += u + np.log1p(-np.exp(v - u)) - np.logaddexp(0, u) - np.logaddexp(0, v)
        return np.asarray(total - 2 * np.log(self.side))

    def draw_from(self, components: Array, rng: np.random.Generator) -> Array:
        shape = (len(components), 2)
        within = self.side * rng.random(shape) + rng.logistic(0, self.blur, shape)
        return np.asarray(self.corners[components] + within)
