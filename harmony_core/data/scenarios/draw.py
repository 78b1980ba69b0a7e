"""Data sets drawn from the 2-D scenarios, whose true densities are known."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...config import DataConfig
from ...errors import ConfigError
from ..dataset import LongTailedDataset
from ..long_tail import long_tail_counts
from ..plane import plane_dataset
from ..randomness import generator
from ..registry import DATASETS, dataset_spec
from ..spec import Progress
from .scenario import ScenarioSpec


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """Draw the scenario ``config.name``; its parameters are complete and checked."""
    del progress
    params = config.params
    spec = dataset_spec(config.name)
    if not isinstance(spec, ScenarioSpec) or spec.truth is None:
        raise ConfigError(f"Expected a 2-D scenario, but got {config.name!r}.")
    truth = spec.truth(params)
    counts = long_tail_counts(
        int(params["n_max"]), truth.classes, config.imbalance_factor, config.profile
    )
    inputs, targets = truth.draw(counts, generator(seed, "train"))
    intruders = None
    if spec.wrong_labels is not None:
        rng = generator(seed, "intruders")
        inputs, intruders = spec.wrong_labels(truth, inputs, targets, params, rng)
    return plane_dataset(config, seed, truth, inputs, targets, mislabelled=intruders)


def scenario_preview(name: str, n: int = 400) -> tuple[Array, Array]:
    """About ``n`` points (n, 2) and targets (n,) of a data set in the plane, for a thumbnail.

    Always the same points, with a tail of factor 10 so that the picture shows every class.
    """
    spec = dataset_spec(name)
    if spec.truth is None:
        known = ", ".join(other for other, spec in DATASETS.items() if spec.truth)
        raise ConfigError(f"Expected a data set in the plane ({known}), but got {name!r}.")
    truth = spec.truth({parameter.name: parameter.default for parameter in spec.parameters})
    shape = long_tail_counts(10_000, truth.classes, 10.0, "exponential")
    counts = np.maximum(1, np.round(n * shape / shape.sum())).astype(np.int64)
    return truth.draw(counts, generator(0, f"preview {name}"))
