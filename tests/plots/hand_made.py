"""A run of two classes and two methods whose every count is written down here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harmony_core.frames import Frame, Scene

COUNTS = np.array([[4, 0, 2, 1, 0, 0, 3, 0, 0, 10], [0, 0, 0, 0, 2, 0, 0, 0, 1, 5]], float)
"""(c, b) samples of the first method in ten equal bins of g."""
WEIGHTS = 2 * COUNTS
PULLS = COUNTS * (np.arange(10) + 0.5) / 10 * 2
DENSITY = np.array([[6.5, 3, 0, 1, 8], [2, 6, 0, 0, 0]], np.float32)
"""(c, u) the second method's own decayed counts."""
REGIONS = np.array([5, 2])
REGION_WEIGHT = np.array([[0.5, 0.75, 0.75, 1, 1.5], [0.5, 1.25, 0, 0, 0]], np.float32)
TARGETS = np.array([0, 0, 0, 0, 1, 1])
GRADS = np.array([[0.05, 0.45, 0.95, 1.0, 0.3, 0.7], [0.10, 0.19, 0.21, 0.85, 0.49, 0.5]])
"""(m, k) gradient norms of the tracked samples."""
SAMPLE_WEIGHTS = np.array([[2.0] * 6, [0.5, 0.5, 0.75, 1.5, 0.5, 1.25]])
INTER = np.array([[2, 2], [4, 0.5]], np.float32)
"""(m, c) what the class alone decides of the weights; every sample of the epoch weighs 2."""
LABELS = ["Plain", "Dense"]


def scene() -> Scene:
    return Scene(
        kind="points",
        class_names=("head", "tail, rare"),
        train_counts=np.array([20, 8]),
        test_counts=np.array([10, 10]),
        tracked_index=np.array([3, 5, 8, 13, 21, 34]),
        tracked_targets=TARGETS,
        tracked_flipped=np.zeros(6, bool),
        tracked_inputs=np.array(
            [[-0.5, -0.5], [-0.4, 0.1], [0.0, 0.5], [0.3, 0.2], [0.6, -0.6], [0.7, 0.7]], np.float32
        ),
        extent=(-1.0, 1.0, -1.0, 1.0),
    )


def frame(method: int, epoch: int) -> Frame:
    counts, weights, pulls = (
        table * (1 if method == 0 else 2) for table in (COUNTS, WEIGHTS, PULLS)
    )
    logits = np.zeros((6, 2), np.float16)
    logits[np.arange(6), TARGETS] = 1
    logits[3] = (0, 1)
    density = (
        {"density": DENSITY, "regions": REGIONS, "region_weight": REGION_WEIGHT} if method else {}
    )
    return Frame(
        method=method,
        repeat=0,
        epoch=epoch,
        lr=0.1,
        train_loss=1.0,
        test_loss=0.5,
        ece=0.1,
        confusion=np.array([[9, 1], [5, 5]]),
        grad_counts=counts,
        grad_weights=weights,
        grad_pull=pulls,
        weight_square=np.array([100.0, 40.0]) * (method + 1),
        head_norms=np.array([1.5, 0.5], np.float32),
        inter_weight=INTER[method],
        tracked_weight=SAMPLE_WEIGHTS[method].astype(np.float32),
        tracked_grad_norm=GRADS[method].astype(np.float32),
        tracked_logits=logits,
        **density,
    )


def frames(epochs: int = 2, *, split: bool = True) -> list[list[Frame]]:
    """By epoch and method; without ``split`` as before intra and inter were kept apart."""
    rows = [[frame(0, epoch), frame(1, epoch)] for epoch in range(1, epochs + 1)]
    return rows if split else [[replace(f, inter_weight=None) for f in row] for row in rows]
