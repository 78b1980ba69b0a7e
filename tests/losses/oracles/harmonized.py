"""Logits moved by class size, weights by the density of the own class."""

from __future__ import annotations

import math
from math import log

import numpy as np

from harmony_core.arrays import Array
from tests.losses.oracles.base import HEAD, ByHand, Known, Oracle, softmax


class Harmonized(Oracle):
    def prepare(
        self,
        alpha: float = 0.5,
        anneal: float = 1.0,
        difficulty: str = "plain",
        anchor: str = "boundary",
        kappa: float = 1.0,
        envelope: bool = True,
        smoothing: float = 1.0,
        horizon: float = 1.0,
        tau: float = 1.0,
        inter: str = "margin",
        rho: float = 1.0,
        classwise: bool = True,
        fixed_bins: int = 0,
        warmup: int = 5,
    ) -> None:
        self.alpha, self.envelope, self.smoothing = alpha, envelope, smoothing
        self.horizon, self.classwise = horizon, classwise
        total = sum(self.counts)
        self.plain, self.anchored = difficulty == "plain", anchor == "boundary"
        self.offset = np.zeros(self.classes)
        if inter == "margin":
            self.offset = tau * np.log(np.array(self.counts) / total)
        self.u = [1.0] * self.classes
        if inter == "weight":
            scale = sum(count ** (1 - rho) for count in self.counts)
            self.u = [count**-rho * total / scale for count in self.counts]
        self.samples = self.counts if classwise else [total]
        self.density = []
        for count in self.samples:
            regions = fixed_bins or max(2, min(30, round(kappa * count ** (1 / 3))))
            self.density.append([0.0] * regions)

    def logits(self, z: Array, y: int) -> Array:
        return z + self.offset

    def judged(self, z: Array, y: int, norm: float) -> float:
        return 1 - softmax(z)[y] if self.plain else norm

    def region(self, g: float, row: int) -> int:
        regions = len(self.density[row])
        return min(int(g * regions), regions - 1)

    def observe(self, norms: list[float], targets: list[int]) -> None:
        rows = targets if self.classwise else [0] * len(targets)
        for row, density in enumerate(self.density):
            mine = [g for g, r in zip(norms, rows, strict=True) if r == row]
            fade = math.exp(-len(mine) / (self.horizon * self.samples[row]))
            for b in range(len(density)):
                hits = sum(self.region(g, row) == b for g in mine)
                density[b] = density[b] * fade + hits
                if density[b] < 1e-3:
                    density[b] = 0.0

    def table(self, row: int) -> list[float]:
        weights = self.of_mean_one(row)
        if not self.anchored:
            return weights
        middles = [self.middle(self.of_mean_one(r)) for r in range(len(self.density))]
        total = sum(self.samples)
        mean = sum(n / total / w for n, w in zip(self.samples, middles, strict=True))
        return [w / middles[row] / mean for w in weights]

    def middle(self, weights: list[float]) -> float:
        """The weight at g = ½."""
        m = len(weights)
        found = weights[m // 2] if m % 2 else math.sqrt(weights[m // 2 - 1] * weights[m // 2])
        return found or 1.0

    def of_mean_one(self, row: int) -> list[float]:
        density = self.density[row]
        whole = sum(density) + self.smoothing * len(density)
        if whole == 0:
            return [1.0] * len(density)
        share = [(count + self.smoothing) / whole for count in density]
        raw = [p**-self.alpha if p > 0 else 0.0 for p in share]
        if self.envelope:
            raw = [max(raw[: b + 1]) for b in range(len(raw))]
        mean = sum(p * r for p, r in zip(share, raw, strict=True))
        return [r / mean for r in raw]

    def weight(self, p: float, y: int, h: Array) -> float:
        row = y if self.classwise else 0
        return self.u[y] * self.table(row)[self.region(1 - p, row)]


KNOWN = {
    # M = 2; g = ¼ three times and ¾ once: p = (4, 2)/6, r = (3/2, 3), Σ p r = 2, w = (¾, 3/2)
    "harmonized": Known(
        Harmonized,
        ByHand(
            (8, 8),
            {"alpha": 1.0, "anchor": "class"},
            [HEAD, HEAD, HEAD, HEAD[::-1]],
            [0, 0, 0, 0],
            (3 * 0.75 * log(4 / 3) + 1.5 * log(4)) / 4,
        ),
        (
            {"alpha": 1.0, "smoothing": 0.0, "envelope": False, "horizon": 0.1},
            {"alpha": 2.0, "smoothing": 0.0, "envelope": True, "kappa": 5.0},
            {"alpha": 0.5, "smoothing": 0.3, "envelope": False, "horizon": 10.0, "tau": 0.0},
            {"inter": "weight", "rho": 0.5, "kappa": 0.1},
            {"classwise": False, "smoothing": 0.0, "tau": 2.0},
            {"fixed_bins": 1},
            {"preset": "constant", "alpha": 0.5},
            {"anchor": "class", "alpha": 0.8},
            {"fixed_bins": 7, "inter": "none"},
        ),
    ),
}
