"""Histogram gradient boosting of scikit-learn, plain and with balanced weights.

Leaf values are shrunk by an L2 penalty of 1: without one they grow without bound on rare classes,
and the plain model of a table with a long tail is worse than chance. Axes: n samples, c classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ....arrays import Array
from ..metrics import inner_score
from .probabilities import log_probabilities
from .spec import Contestant, Task

LARGE = 5_000
"""Training samples from which fewer and larger steps are taken."""
LOOK = 20
"""Rounds of boosting between two looks at the loss of the inner split."""
PATIENCE = 2
"""Looks without a smaller loss after which boosting stops."""
PENALTY = 1.0


@dataclass(frozen=True)
class Settings:
    """What is chosen: the size of the trees, then their number."""

    rate: float
    most: int
    """Most rounds"""
    leaves: int
    """Most leaves of a tree"""
    least: int
    """Least training samples of a leaf"""
    rounds: int = 0


SMALL_DATA = tuple(Settings(0.1, 200, leaves, least) for leaves, least in ((31, 20), (7, 5)))
LARGE_DATA = tuple(Settings(0.3, 60, leaves, least) for leaves, least in ((31, 20), (63, 5)))


def fit(task: Task, weight: str | None = None) -> Array:
    """(n_test, c) log-probabilities; the size of trees and their number are those that did best."""
    if "settings" not in task.kept:
        task.kept["settings"] = _chosen(task, weight)
    best: Settings = task.kept["settings"]
    task.kept["recipe"] = (
        f"{best.rounds} rounds at rate {best.rate:g}, {best.leaves} leaves of at least {best.least}"
    )
    model = _model(best, weight, task.seed).fit(task.features, task.codes)
    return log_probabilities(model.predict_proba(task.test_features), model.classes_, task.classes)


def _chosen(task: Task, weight: str | None) -> Settings:
    """The best trees by the task's metric, in the number with the smallest inner loss."""
    best, best_score = SMALL_DATA[0], -np.inf
    truth = np.concatenate([task.codes[test] for _, test in task.inner()])
    for size in LARGE_DATA if len(task.codes) >= LARGE else SMALL_DATA:
        looks = [list(_looks(task, size, weight, *inner)) for inner in task.inner()]
        shortest = min(len(each) for each in looks)
        loss = np.mean([[loss for loss, _ in each[:shortest]] for each in looks], axis=0)
        at = int(loss.argmin())
        score = inner_score(task.metric, np.concatenate([each[at][1] for each in looks]), truth)
        if score > best_score:
            best, best_score = replace(size, rounds=(at + 1) * LOOK), score
    return best


def _model(settings: Settings, weight: str | None, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=settings.rate, max_iter=settings.rounds, max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.least, l2_regularization=PENALTY, class_weight=weight,
        early_stopping=False, random_state=seed,
    )  # fmt: skip


def _looks(
    task: Task, size: Settings, weight: str | None, train: Array, test: Array
) -> Iterator[tuple[float, Array]]:
    """After every `LOOK` rounds the log loss of the inner test, weighted as in training, and the
    log-probabilities."""
    model = _model(size, weight, task.seed).set_params(warm_start=True)
    targets = task.codes[test]
    counts = np.bincount(task.codes[train], minlength=task.classes)
    weights = 1 / counts[targets] if weight else np.ones(len(test))
    best, since = np.inf, 0
    for rounds in range(LOOK, size.most + 1, LOOK):
        task.check()
        model.set_params(max_iter=rounds).fit(task.features[train], task.codes[train])
        said = log_probabilities(
            model.predict_proba(task.features[test]), model.classes_, task.classes
        )
        loss = float(-np.average(said[np.arange(len(test)), targets], weights=weights))
        yield loss, said
        best, since = (loss, 0) if loss < best - 1e-4 else (best, since + 1)
        if since >= PATIENCE:
            return


PLAIN = Contestant("boosting", "gradient boosting", "boosting", 30, fit, default=("table",))
BALANCED = Contestant(
    "boosting_balanced", "gradient boosting, balanced weights", "boosting", 31,
    partial(fit, weight="balanced"), remedy="balanced", plain="boosting",
    default=("table",),
)  # fmt: skip
