"""Resampling of imbalanced-learn before training: SMOTE and random undersampling.

The package is optional. Axes: n samples, c classes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ....arrays import Array
from ....errors import DataError
from ....extras import how_to_install
from .spec import Contestant, Task

PACKAGE = "imblearn"
NEIGHBOURS = 5
MOST = 60_000
"""Samples after SMOTE, at most: beyond it rare classes stay below the largest."""
FLOOR = 30
"""Samples that undersampling leaves every class, if it has them."""
Resample = Callable[[Array, Array, int], tuple[Array, Array]]


@dataclass(frozen=True)
class Resampled:
    """A `Task` whose training samples were resampled, with settings that were chosen before."""

    features: Array
    codes: Array
    test_features: Array
    classes: int
    seed: int
    metric: str
    kept: dict[str, Any] = field(default_factory=dict)


def fit(task: Task, plain: Contestant, resample: Resample) -> Array:
    """(n_test, c) log-probabilities of the plain contestant, trained on resampled data."""
    if missing := unavailable():
        raise DataError(missing)
    task.of(plain.name)  # chooses the settings
    known = task.notes_of(plain.name)
    features, codes = resample(task.features, task.codes, task.seed)
    changed: Any = Resampled(
        features, codes, task.test_features, task.classes, task.seed, task.metric, dict(known)
    )
    task.kept["recipe"] = f"{known.get('recipe', '')}, {len(codes):,} samples"
    assert plain.fit is not None
    return plain.fit(changed)


def smote(features: Array, codes: Array, seed: int) -> tuple[Array, Array]:
    """Rare classes filled up between neighbours (Chawla et al. 2002, 1106.1813).

    Classes of one sample have no neighbours and stay as they are.
    """
    from imblearn.over_sampling import SMOTE

    counts = np.bincount(codes)
    share = MOST // max(int((counts > 0).sum()), 1)
    target = min(int(counts.max()), max(share, int(np.median(counts[counts > 0]))))
    wanted = {int(c): target for c in np.flatnonzero((counts >= 2) & (counts < target))}
    if not wanted:
        return features, codes
    neighbours = min(NEIGHBOURS, min(int(counts[c]) for c in wanted) - 1)
    made = SMOTE(sampling_strategy=wanted, k_neighbors=neighbours, random_state=seed)
    found, labels = made.fit_resample(features, codes)
    return np.asarray(found), np.asarray(labels)


def undersample(features: Array, codes: Array, seed: int) -> tuple[Array, Array]:
    """Frequent classes cut to the smallest, but to no fewer than `FLOOR`."""
    from imblearn.under_sampling import RandomUnderSampler

    counts = np.bincount(codes)
    target = max(int(counts[counts > 0].min()), FLOOR)
    wanted = {int(c): target for c in np.flatnonzero(counts > target)}
    if not wanted:
        return features, codes
    made = RandomUnderSampler(sampling_strategy=wanted, random_state=seed)
    found, labels = made.fit_resample(features, codes)
    return np.asarray(found), np.asarray(labels)


def unavailable() -> str:
    """What to do where the package is missing, else ``""``."""
    if importlib.util.find_spec(PACKAGE) is not None:
        return ""
    return (
        "Expected imbalanced-learn, which SMOTE and undersampling need, but it is not installed. "
        f"Leave these methods out, or install it {how_to_install('resample')}"
    )


def resampled(plain: Contestant) -> tuple[Contestant, ...]:
    """Both ways to resample for a contestant; they run only if they are asked for."""
    return tuple(
        Contestant(
            f"{plain.name}_{name}", f"{plain.label}, {title}", plain.family,
            plain.simplicity + place, partial(fit, plain=plain, resample=resample), "resampled",
            plain.name, default=(), unavailable=unavailable,
        )
        for name, title, place, resample in (
            ("undersampled", "undersampling", 4, undersample), ("smote", "SMOTE", 5, smote),
        )
    )  # fmt: skip
