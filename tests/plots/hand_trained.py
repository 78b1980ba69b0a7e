"""A batch of eight samples through real losses, with gradient norms chosen beforehand.

One network, the same for both methods, has the logits (x, 0), so that a point's first coordinate
decides its gradient norm: g = 1 / (1 + e^x) in class 0 and 1 / (1 + e^−x) in class 1. One epoch is
one batch, so the loss, the epoch's sums and the loss's own density all see exactly these norms.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
)
from harmony_core.data import LongTailedDataset
from harmony_core.experiments.complete import complete
from harmony_core.training import Lockstep
from harmony_core.viewer import DENSITY, WEIGHTS, Payload, build_payload, parts_of

HEAD = (0.05, 0.15, 0.05, 0.45, 0.95, 0.85)
"""Gradient norms of the head's samples, in fifths of [0, 1]: 3, 0, 1, 0 and 2 samples."""
TAIL = (0.15, 0.85)
"""Those of the tail's: 1, 0, 0, 0 and 1."""
LABELS = ("Plain", "Harmonized")
SETTINGS = {
    "alpha": 1.0, "smoothing": 0.0, "envelope": False, "inter": "none", "fixed_bins": 5,
    "warmup": 0, "anneal": 0.0, "anchor": "class",
}  # fmt: skip
"""Then a region weighs n / (K · count), K occupied regions: it gets the same total as any other."""


def trained() -> Payload:
    """What the page would be sent after the one epoch."""
    logits = [math.log(1 / g - 1) for g in HEAD] + [-math.log(1 / g - 1) for g in TAIL]
    points = np.array([[x, y] for y, x in enumerate(logits)], np.float32)
    targets = np.array([0] * len(HEAD) + [1] * len(TAIL))
    dataset = LongTailedDataset(
        "by hand", "points", points, targets, points, targets, ("head", "tail")
    )
    config = ExperimentConfig(
        data=DataConfig("clouds"),
        model=ModelConfig("mlp", {"depth": 1, "hidden": 16}),
        methods=(MethodConfig("ce"), MethodConfig("harmonized", SETTINGS)),
        optim=OptimConfig(lr=1e-6, batch_size=64, warmup_epochs=0),
        epochs=1,
        record=RecordConfig(grid=8, tracked=8, bins=10),
        device="cpu",
    )
    engine = Lockstep(complete(config), dataset)
    with torch.no_grad():
        _set_logits(engine)
    frames = list(engine.run())
    parts = parts_of((*DENSITY, *WEIGHTS))
    return build_payload("trained", engine.scene(), LABELS, frames, 1, "done", parts=parts)


def _set_logits(engine: Lockstep) -> None:
    """Every network becomes (x, 0): x from two units, its positive and its negative part."""
    for parameter in engine.networks.parameters():
        parameter.zero_()
    middle, scale = engine.data.mean[0], engine.data.scale[0]
    weights, biases = engine.networks.weights[0], engine.networks.biases[0]
    for unit, sign in enumerate((1, -1)):
        weights[:, unit, 0] = sign / scale
        biases[:, unit] = sign * middle
        engine.networks.head_weight[:, 0, unit] = sign
