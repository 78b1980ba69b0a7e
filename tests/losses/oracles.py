"""Every loss once more, in NumPy and plain loops, written from its formula alone.

An oracle is stepped batch by batch as the loss is. It returns the scalar loss, each sample's weight
and gradient norm, and the gradient of the loss with respect to the logits in closed form, with
weights held constant (focal losses: with their factor differentiated).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Outcome(NamedTuple):
    loss: float
    weight: Array
    """(n,)"""
    grad_norm: Array
    """(n,)"""
    gradient: Array
    """(n, c)"""


def softmax(z: Array) -> Array:
    powers = [math.exp(v - max(z)) for v in z]
    return np.array([v / sum(powers) for v in powers])


class Oracle:
    """Cross-entropy; the others change `logits`, `steepness`, `weight` or `unit`."""

    def __init__(self, counts: tuple[int, ...], **params: object) -> None:
        self.counts = [float(count) for count in counts]
        self.classes = len(counts)
        self.params = params
        self.training = True
        self.stretch = np.ones(self.classes)
        self.prepare(**params)

    def prepare(self) -> None:
        """Read the parameters."""

    def logits(self, z: Array, y: int) -> Array:
        """What the softmax sees; ``stretch`` is its derivative by z."""
        return z

    def observe(self, norms: list[float], targets: list[int]) -> None:
        """Count a batch."""

    def weight(self, g: float, y: int, h: Array) -> float:
        return 1.0

    def unit(self, y: int) -> float:
        return 1.0

    def steepness(self, p: float) -> float:
        """Gradient of a sample's term over weight × gradient of its cross-entropy."""
        return 1.0

    def step(self, logits: Array, targets: Array, features: Array) -> Outcome:
        n = len(targets)
        seen = [softmax(self.logits(logits[i], int(targets[i]))) for i in range(n)]
        true = [float(seen[i][targets[i]]) for i in range(n)]
        norms = [1 - p for p in true]
        if self.training:
            self.observe(norms, [int(y) for y in targets])
        weights, units = [], []
        for i in range(n):
            weights.append(self.weight(norms[i], int(targets[i]), features[i]))
            units.append(self.unit(int(targets[i])))
        loss = sum(w * -math.log(p) for w, p in zip(weights, true, strict=True)) / sum(units)
        gradient = np.zeros_like(logits)
        for i in range(n):
            for c in range(self.classes):
                error = seen[i][c] - (1.0 if c == targets[i] else 0.0)
                scale = weights[i] * self.steepness(true[i]) * self.stretch[c]
                gradient[i, c] = scale * error / sum(units)
        return Outcome(loss, np.array(weights), np.array(norms), gradient)


class Weighted(Oracle):
    """Any loss with a static weight per class in numerator and denominator."""

    u: list[float]

    def unit(self, y: int) -> float:
        return self.u[y]

    def weight(self, g: float, y: int, h: Array) -> float:
        return self.u[y]


class WeightedCE(Weighted):
    def prepare(self, exponent: float = 1.0) -> None:
        raw = [count**-exponent for count in self.counts]
        total = sum(count * r for count, r in zip(self.counts, raw, strict=True))
        self.u = [r * sum(self.counts) / total for r in raw]


def effective_number_weights(counts: list[float], beta: float) -> list[float]:
    raw = [(1 - beta) / (1 - beta**count) for count in counts]
    return [r * len(counts) / sum(raw) for r in raw]


class ClassBalancedCE(Weighted):
    def prepare(self, beta: float = 0.9999) -> None:
        self.u = effective_number_weights(self.counts, beta)


class Focal(Weighted):
    def prepare(self, gamma: float = 2.0) -> None:
        self.gamma = gamma
        self.u = [1.0] * self.classes

    def weight(self, g: float, y: int, h: Array) -> float:
        return self.u[y] * g**self.gamma

    def steepness(self, p: float) -> float:
        # d(−(1−p)^γ log p)/dp over (1−p)^γ · d(−log p)/dp
        whole = self.gamma * (1 - p) ** (self.gamma - 1) * math.log(p) - (1 - p) ** self.gamma / p
        return whole / ((1 - p) ** self.gamma * (-1 / p))


class CBFocal(Focal):
    def prepare(self, beta: float = 0.9999, gamma: float = 2.0) -> None:
        self.gamma = gamma
        self.u = effective_number_weights(self.counts, beta)


class GHM(Oracle):
    def prepare(self, bins: int = 30, momentum: float = 0.75) -> None:
        self.bins, self.momentum = bins, momentum
        self.kept = [0.0] * bins
        self.total, self.filled = 0, 0

    def bin_of(self, g: float) -> int:
        return min(int(g * self.bins), self.bins - 1)

    def observe(self, norms: list[float], targets: list[int]) -> None:
        batch = [sum(self.bin_of(g) == b for g in norms) for b in range(self.bins)]
        self.total, self.filled = len(norms), sum(count > 0 for count in batch)
        for b, count in enumerate(batch):
            if count and self.kept[b]:
                self.kept[b] = self.momentum * self.kept[b] + (1 - self.momentum) * count
            elif count:
                self.kept[b] = count

    def weight(self, g: float, y: int, h: Array) -> float:
        kept = self.kept[self.bin_of(g)]
        return self.total / (kept * self.filled) if kept else 1.0


class LDAM(Oracle):
    def prepare(self, margin: float = 0.5, scale: float = 30.0) -> None:
        rarity = [count**-0.25 for count in self.counts]
        self.margins = [margin * r / max(rarity) for r in rarity]
        self.scale = scale
        self.stretch = np.full(self.classes, scale)

    def logits(self, z: Array, y: int) -> Array:
        moved = z.copy()
        moved[y] -= self.margins[y]
        return self.scale * moved


class LogitAdjusted(Oracle):
    def prepare(self, tau: float = 1.0) -> None:
        self.offset = tau * np.log(np.array(self.counts) / sum(self.counts))

    def logits(self, z: Array, y: int) -> Array:
        return z + self.offset


class VectorScaling(Oracle):
    def prepare(self, gamma: float = 0.1, tau: float = 1.0) -> None:
        self.offset = tau * np.log(np.array(self.counts) / sum(self.counts))
        self.stretch = np.array([(count / max(self.counts)) ** gamma for count in self.counts])

    def logits(self, z: Array, y: int) -> Array:
        return z * self.stretch + self.offset


class InfluenceBalanced(Oracle):
    def prepare(self, alpha: float = 10.0, start: int = 100) -> None:
        total = sum(1 / count for count in self.counts)
        self.u = [alpha * self.classes / count / total for count in self.counts]

    def weight(self, g: float, y: int, h: Array) -> float:
        return self.u[y] / (2 * g * float(np.sum(np.abs(h))) + 1e-3)


class Harmonized(Oracle):
    def prepare(
        self,
        alpha: float = 0.3,
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

    def weight(self, g: float, y: int, h: Array) -> float:
        row = y if self.classwise else 0
        return self.u[y] * self.table(row)[self.region(g, row)]


ORACLES: dict[str, type[Oracle]] = {
    "ce": Oracle,
    "weighted_ce": WeightedCE,
    "class_balanced": ClassBalancedCE,
    "focal": Focal,
    "cb_focal": CBFocal,
    "ghm": GHM,
    "ldam": LDAM,
    "balanced_softmax": LogitAdjusted,
    "logit_adjusted": LogitAdjusted,
    "vs": VectorScaling,
    "ib": InfluenceBalanced,
    "harmonized": Harmonized,
}
