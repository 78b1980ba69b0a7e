"""What is known of a loss without its code: an oracle, a value worked out by hand, settings.

An oracle is the loss once more, in NumPy and plain loops, written from its formula alone. It is
stepped batch by batch as the loss is, and returns the scalar loss, each sample's weight and
gradient norm, and the gradient of the loss with respect to the logits in closed form, with weights
held constant (unless the loss differentiates them).

A file of this folder serves the losses of the file of the same name in `harmony_core.losses`; its
``KNOWN`` has a `Known` for each of them. `tests.losses.known` collects them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    loss: float
    weight: Array
    """(n,)"""
    grad_norm: Array
    """(n,)"""
    gradient: Array
    """(n, c)"""
    difficulty: Array
    """(n,)"""


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

    def judged(self, z: Array, y: int, norm: float) -> float:
        """The difficulty of a sample of gradient norm ``norm``."""
        return norm

    def weight(self, p: float, y: int, h: Array) -> float:
        """Weight of a sample of class y, 1 − p its difficulty; h are its features."""
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
        judged = [self.judged(logits[i], int(targets[i]), norms[i]) for i in range(n)]
        if self.training:
            self.observe(judged, [int(y) for y in targets])
        weights, units = [], []
        for i in range(n):
            p = true[i] if judged[i] == norms[i] else 1 - judged[i]
            weights.append(self.weight(p, int(targets[i]), features[i]))
            units.append(self.unit(int(targets[i])))
        loss = sum(w * -math.log(p) for w, p in zip(weights, true, strict=True)) / sum(units)
        gradient = np.zeros_like(logits)
        for i in range(n):
            for c in range(self.classes):
                error = seen[i][c] - (1.0 if c == targets[i] else 0.0)
                scale = weights[i] * self.steepness(true[i]) * self.stretch[c]
                gradient[i, c] = scale * error / sum(units)
        return Outcome(loss, np.array(weights), np.array(norms), gradient, np.array(judged))


HALF = [0.0, 0.0]  # p = (1/2, 1/2)
HEAD = [log(3), 0.0]  # p = (3/4, 1/4)
LN2 = log(2)


class ByHand(NamedTuple):
    """A batch, and its loss worked out by hand; all features h are (1, −1)."""

    counts: tuple[int, ...]
    params: dict[str, Any]
    logits: list[list[float]]
    targets: list[int]
    value: float


@dataclass(frozen=True)
class Known:
    oracle: type[Oracle]
    by_hand: ByHand
    settings: tuple[dict[str, Any], ...] = ()
    """To test beside the defaults and the presets"""
    by_difficulty: bool = True
    """Whether two samples of one class can have different weights"""
    weight_is_constant: bool = True
    """Whether the weight is held constant in the backward pass"""
    shift_is_constant: bool = True
    """Whether the logits are moved by an amount that does not depend on them"""
