"""Logistic regression of scikit-learn on standardised features, plain and with balanced weights."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np

from ....arrays import Array
from .probabilities import log_probabilities
from .settings import chosen_settings
from .spec import Contestant, Task

STRENGTHS = (1.0, 0.1, 0.01, 10.0, 100.0)
"""C, the inverse of the strength of regularisation."""
STEPS = 1_000


def fit(task: Task, weight: str | None = None) -> Array:
    """(n_test, c) log-probabilities; C is the best of `STRENGTHS` that converges."""

    def predict(c: float, train: Array, test: Array) -> Array | None:
        model = _fitted(task.features[train], task.codes[train], c, weight)
        return None if model is None else _said(model, task.features[test], task.classes)

    c = chosen_settings(task, STRENGTHS, predict)
    task.kept["recipe"] = f"C = {c:g}"
    while (model := _fitted(task.features, task.codes, c, weight)) is None:
        c /= 10  # the next smaller one converges sooner
    return _said(model, task.test_features, task.classes)


def _fitted(features: Array, codes: Array, c: float, weight: str | None) -> Any:
    """The model, or ``None`` if it does not converge."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=c, class_weight=weight, max_iter=STEPS)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(features.astype(np.float64), codes)
        except ConvergenceWarning:
            return None
    return model


def _said(model: Any, features: Array, classes: int) -> Array:
    found = model.predict_proba(features.astype(np.float64))
    return log_probabilities(found, model.classes_, classes)


PLAIN = Contestant("logistic", "logistic regression", "linear", 10, fit)
BALANCED = Contestant(
    "logistic_balanced", "logistic regression, balanced weights", "linear", 11,
    partial(fit, weight="balanced"), remedy="balanced", plain="logistic",
)  # fmt: skip
