"""Labels smoothed by class size."""

from __future__ import annotations

import math
from dataclasses import replace
from math import log

from harmony_core.arrays import Array
from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known, Oracle, Outcome, softmax


class LabelAwareSmoothing(Oracle):
    def prepare(self, smooth_head: float = 0.3, smooth_tail: float = 0.0) -> None:
        low, high = min(self.counts), max(self.counts)
        self.smoothing = [
            smooth_tail
            + (smooth_head - smooth_tail) * math.sin(math.pi * (n - low) / (2 * (high - low)))
            for n in self.counts
        ]

    def step(self, logits: Array, targets: Array, features: Array) -> Outcome:
        plain = super().step(logits, targets, features)
        n, loss, gradient = len(targets), 0.0, plain.gradient.copy()
        for i in range(n):
            smoothing, p = self.smoothing[targets[i]], softmax(logits[i])
            for c in range(self.classes):
                label = smoothing / self.classes + (1 - smoothing) * (c == targets[i])
                loss -= label * log(p[c]) / n
                gradient[i, c] = (p[c] - label) / n
        return replace(plain, loss=loss, gradient=gradient)


KNOWN = {
    # ε = (½, 0): log 4/3 + ½ (ln 3 − ½ ln 3), and log 2
    "label_aware_smoothing": Known(
        LabelAwareSmoothing,
        ByHand(
            (9, 1),
            {"smooth_head": 0.5},
            [HEAD, HALF],
            [0, 1],
            (log(4 / 3) + log(3) / 4 + LN2) / 2,
        ),
        ({"smooth_head": 0.0, "smooth_tail": 1.0}, {"smooth_head": 0.4, "smooth_tail": 0.1}),
        by_difficulty=False,
    ),
}
