"""Data sets drawn from the 2-D scenarios, whose true densities are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import DataConfig
from ..errors import ConfigError
from .dataset import LongTailedDataset
from .densities import Mixture, draw
from .long_tail import add_label_noise, long_tail_counts
from .painted import PAINTED, preview_truth
from .randomness import generator
from .registry import dataset_spec
from .scenarios import SCENARIOS
from .spec import Progress

Array = NDArray[Any]


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """Draw the scenario ``config.name``; its parameters are complete and checked."""
    del progress
    params = config.params
    truth = SCENARIOS[config.name](int(params["classes"]), float(params["spread"]))
    c = truth.classes
    counts = long_tail_counts(int(params["n_max"]), c, config.imbalance_factor, config.profile)
    train_inputs, train_targets = draw(truth, counts, generator(seed, "train"))
    test_counts = np.full(c, int(params["test_per_class"]))
    test_inputs, test_targets = draw(truth, test_counts, generator(seed, "test"))
    share = float(params.get("tail_noise", 0.0))
    rng = generator(seed, "intruders")
    train_inputs, intruders = _intruders(truth, train_inputs, train_targets, share, rng)
    train_targets, replaced = add_label_noise(
        train_targets, config.label_noise, c, generator(seed, "label noise")
    )
    flipped = intruders | replaced
    return LongTailedDataset(
        name=config.name,
        kind="points",
        train_inputs=train_inputs,
        train_targets=train_targets,
        test_inputs=test_inputs,
        test_targets=test_targets,
        class_names=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:c]),
        truth=truth,
        flipped=flipped if flipped.any() else None,
    )


def _intruders(
    truth: Mixture, points: Array, targets: Array, share: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Points, and which samples of the rarer half of the classes are really another class.

    The label stays and the point is drawn anew, so the counts keep to the profile; at least one
    sample of each class is its own.
    """
    c = truth.classes
    points, flipped = points.copy(), np.zeros(len(targets), dtype=bool)
    for label in range((c + 1) // 2, c):
        rows = np.flatnonzero(targets == label)
        wrong = rows[: min(round(share * len(rows)), len(rows) - 1)]
        origin = (label + rng.integers(1, c, len(wrong))) % c
        for row, other in zip(wrong, origin, strict=True):
            points[row] = truth.sample(int(other), 1, rng)[0]
        flipped[wrong] = True
    return points, flipped


def scenario_preview(name: str, n: int = 400) -> tuple[Array, Array]:
    """About ``n`` points (n, 2) and targets (n,) of a scenario, for a thumbnail.

    Always the same points, with a tail of factor 10 so that the picture shows every class.
    """
    spec = dataset_spec(name)
    if name not in (*SCENARIOS, PAINTED.name):
        raise ConfigError(
            f"Expected a scenario in the plane ({', '.join(SCENARIOS)}), but got {name!r}."
        )
    params = {parameter.name: parameter.default for parameter in spec.parameters}
    truth: Mixture = (
        preview_truth()
        if name == PAINTED.name
        else SCENARIOS[name](int(params["classes"]), float(params["spread"]))
    )
    shape = long_tail_counts(10_000, truth.classes, 10.0, "exponential")
    counts = np.maximum(1, np.round(n * shape / shape.sum())).astype(np.int64)
    return draw(truth, counts, generator(0, f"preview {name}"))
