"""Random forest of scikit-learn, plain and with balanced weights."""

from __future__ import annotations

from functools import partial

from ....arrays import Array
from .probabilities import log_probabilities
from .settings import chosen_settings
from .spec import Contestant, Task

TREES = 100
LEAVES = (1, 4, 12)
"""Least training samples of a leaf; balanced weights tell only where leaves hold several."""


def fit(task: Task, weight: str | None = None) -> Array:
    """(n_test, c) log-probabilities with the best of `LEAVES`."""

    def predict(leaf: int, train: Array, test: Array) -> Array:
        return _said(task, task.features[train], task.codes[train], leaf, task.features[test])

    def _said(task: Task, features: Array, codes: Array, leaf: int, tests: Array) -> Array:
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(
            TREES, min_samples_leaf=leaf, class_weight=weight, random_state=task.seed, n_jobs=1
        ).fit(features, codes)
        return log_probabilities(model.predict_proba(tests), model.classes_, task.classes)

    leaf = chosen_settings(task, LEAVES, predict)
    task.kept["recipe"] = f"{TREES} trees, leaves of at least {leaf}"
    return _said(task, task.features, task.codes, leaf, task.test_features)


PLAIN = Contestant("forest", "random forest", "forest", 20, fit, default=("table",))
BALANCED = Contestant(
    "forest_balanced", "random forest, balanced weights", "forest", 21,
    partial(fit, weight="balanced"), remedy="balanced", plain="forest",
    default=("table",),
)  # fmt: skip
