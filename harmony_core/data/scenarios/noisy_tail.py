"""Well separated clouds; what makes this one hard is the labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...arrays import Array
from ...parameters import Parameter, Value
from ..densities import GaussianMixture, Mixture
from .curves import circle
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    gap = 2 * 0.8 * np.sin(np.pi / classes)
    return GaussianMixture(circle(classes, 0.8), 0.26 * gap * spread, range(classes))


def wrong_labels(
    truth: Mixture,
    points: Array,
    targets: Array,
    params: Mapping[str, Value],
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Points, and which samples of the rarer half of the classes are really another class.

    The label stays and the point is drawn from the other class, so the counts keep to the profile;
    at least one sample of each class is its own.
    """
    c, share = truth.classes, float(params["tail_noise"])
    points, wrong = points.copy(), np.zeros(len(targets), dtype=bool)
    for label in range((c + 1) // 2, c):
        rows = np.flatnonzero(targets == label)
        rows = rows[: min(round(share * len(rows)), len(rows) - 1)]
        origin = (label + rng.integers(1, c, len(rows))) % c
        for row, other in zip(rows, origin, strict=True):
            points[row] = truth.sample(int(other), 1, rng)[0]
        wrong[rows] = True
    return points, wrong


SCENARIO = scenario(
    name="noisy_tail",
    title="Wrong labels",
    summary="Well separated clouds, but some samples of the rare classes have the wrong label.",
    lesson=(
        "A hard sample may be a wrong label: whatever gives hard samples more weight tends to "
        "learn the noise."
    ),
    classes=(4, 2, 9),
    density=density,
    extra=(
        Parameter(
            "tail_noise",
            0.3,
            "Share of training samples in the rarer half of the classes that are really another "
            "class.",
            0.0,
            0.6,
        ),
    ),
    wrong_labels=wrong_labels,
)
