"""A random experiment of seconds' cost: a scenario, how long its tail is, and three methods."""

from __future__ import annotations

import random

from ..config import DataConfig, ExperimentConfig, MethodConfig
from ..data import DATASETS
from ..losses import LOSSES

FACTORS = (10.0, 20.0, 50.0, 100.0)
METHODS = 3


def surprise(draw: random.Random, before: ExperimentConfig) -> ExperimentConfig:
    """A random experiment on other data than ``before``; the first method is the usual baseline.

    Only 2-D scenarios whose tail is chosen take part, with their own usual profile.
    """
    names = [
        spec.name
        for spec in DATASETS.values()
        if spec.kind == "points" and spec.profiles[0] != "as_is" and spec.name != before.data.name
    ]
    name = draw.choice(names)
    data = DataConfig(name, {}, draw.choice(FACTORS), DATASETS[name].profiles[0])
    baseline = ExperimentConfig().methods[0]
    others = [MethodConfig(loss) for loss in LOSSES if loss != baseline.loss]
    return ExperimentConfig(data=data, methods=(baseline, *draw.sample(others, METHODS - 1)))
