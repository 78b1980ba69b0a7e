"""Predictions for samples by a linear model that never saw them, nor a copy of them.

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

import warnings

import numpy as np

from ...arrays import Array

FOLDS = 5
PENALTY, SMALL = 0.01, 1_000
"""Scikit-learn's C for standardised features, and the samples below which it grows as 1/n."""


def out_of_fold(
    features: Array, codes: Array, groups: Array, weights: Array | None = None
) -> Array:
    """(n, c) probabilities by logistic regression on five folds; copies stay on one side.

    The arguments are those of `bagged_trees.out_of_bag`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    classes = int(codes.max()) + 1
    prior = np.bincount(codes, weights, classes)
    said = np.tile(prior / prior.sum(), (len(codes), 1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no convergence, a class that fills less than five folds
        for _, test in folds.split(first, codes[first]):
            side = np.zeros(len(first), dtype=bool)
            side[test] = True
            train, judged = np.flatnonzero(~side[group]), np.flatnonzero(side[group])
            if len(np.unique(codes[train])) < 2:
                continue
            strength = PENALTY * max(1.0, SMALL / len(train))  # of few samples it would be flat
            model = LogisticRegression(C=strength, max_iter=60, tol=1e-3)
            model.fit(features[train], codes[train], None if weights is None else weights[train])
            part = np.full((len(judged), classes), 1e-9)
            part[:, model.classes_] = model.predict_proba(features[judged])
            said[judged] = part / part.sum(axis=1, keepdims=True)
    return np.asarray(said)
