"""A made-up training with thousands of classes: counts that fall as a power, a tail of 2 samples.

The larger a class, the more of it is right; methods differ in how fast that falls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harmony_core.cells import SparseTable
from harmony_core.frames import Frame, Scene
from harmony_core.top_logits import TopLogits

BINS = 50
TRACKED = 2_000
LABELS = ("Cross-entropy", "Balanced softmax", "LDAM, deferred", "Harmonized")


def make_many(
    classes: int = 1_000, methods: int = 2, epochs: int = 2
) -> tuple[Scene, list[list[Frame]], list[str]]:
    """A scene of a table, its frames by epoch and method, and the methods' labels."""
    counts = np.maximum(2, 1_500 / np.arange(1, classes + 1) ** 0.9).astype(np.int64)
    tested = np.maximum(1, counts // 5)
    targets = np.sort(np.arange(TRACKED) % classes)
    scene = Scene(
        kind="table",
        class_names=tuple(f"species {c:05d} of genus {c % 97}" for c in range(classes)),
        train_counts=counts,
        test_counts=tested,
        tracked_index=np.arange(TRACKED),
        tracked_targets=targets,
        tracked_flipped=np.zeros(TRACKED, dtype=bool),
        tracked_inputs=np.zeros((TRACKED, 0), dtype=np.float32),
    )
    frames = [
        [make_frame(scene, m, epoch, own_density=m == methods - 1) for m in range(methods)]
        for epoch in range(epochs + 1)
    ]
    return scene, frames, list(LABELS[:methods])


def make_frame(scene: Scene, method: int, epoch: int, *, own_density: bool) -> Frame:
    """One frame; the last method counts every class in ⌈∛N⌉ unit regions of its own."""
    counts, tested = np.asarray(scene.train_counts), np.asarray(scene.test_counts)
    c = len(counts)
    rng = np.random.default_rng([method, epoch])
    right = np.rint(tested * np.minimum(1, 0.2 * epoch + 0.05 * np.log(counts))).astype(np.int64)
    wrong = tested - right
    cells = np.concatenate([np.arange(c) * c + (np.arange(c) + 1) % c, np.arange(c) * (c + 1)])
    order = np.argsort(cells)
    shown = np.concatenate([wrong, right])[order]
    confusion = SparseTable.from_cells((c, c), cells[order][shown > 0], shown[shown > 0])
    seen = np.zeros((c, BINS))
    seen[:, 45] = counts
    seen[:, 3] = counts // 2
    targets = np.asarray(scene.tracked_targets)
    k = len(targets)
    return Frame(
        method=method, repeat=0, epoch=epoch, lr=0.1, train_loss=1.0, test_loss=1.0, ece=0.1,
        confusion=confusion,
        grad_counts=SparseTable.of(seen), grad_weights=SparseTable.of(seen * 1.5),
        grad_pull=SparseTable.of(seen * 0.5),
        weight_square=seen.sum(axis=1), head_norms=rng.random(c).astype(np.float32),
        tracked_weight=np.linspace(0.5, 1.5, k, dtype=np.float32) ** (method + 1),
        tracked_grad_norm=rng.random(k).astype(np.float32),
        tracked_logits=logits_of(targets, c),
        class_pull=rng.random(c).astype(np.float32), inter_weight=np.ones(c, dtype=np.float32),
        **(regions_of(counts) if own_density else {}),
    )  # fmt: skip


def logits_of(targets: np.ndarray[Any, Any], c: int) -> TopLogits:
    """Every sample is taken for the class before its own."""
    k = len(targets)
    classes = (targets[:, None] - 1 - np.arange(10)) % c
    log_p = np.log(np.full((k, 10), 0.05)).astype(np.float16)
    own = np.full(k, np.log(0.04), dtype=np.float32)
    return TopLogits((k, c), classes, log_p, targets, own, np.zeros(k, dtype=np.float32))


def regions_of(counts: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Density, unit regions and their weights; the density of region r of class c is c + r / 10."""
    regions = np.clip(np.ceil(counts ** (1 / 3)), 2, 30).astype(np.int64)
    inside = np.arange(regions.max()) < regions[:, None]
    values = np.arange(len(counts))[:, None] % 100 + np.arange(regions.max()) / 10
    density = (values * inside).astype(np.float16)
    return {"density": density, "regions": regions, "region_weight": (density / 2) * inside}
