"""Figures of predictions with their intervals: balanced accuracy and the area under a ROC curve.

Axes: n samples, k classes of the target.
"""

from __future__ import annotations

import math

import numpy as np

from ...analysis.intervals import Estimate
from ...arrays import Array

LEVEL = 0.95
TREES = 60


def balanced_accuracy(target: Array, predicted: Array, comparisons: int = 1) -> Estimate:
    """Mean recall of the classes in ``target`` (n,).

    The interval adds the binomial variances of the recalls, each with one hit and one miss more, so
    that it has a width where all are right. ``comparisons`` widens it (Bonferroni).
    """
    n = np.bincount(target).astype(float)
    hits = np.bincount(target[target == predicted], minlength=len(n))
    n, hits = n[n > 0], hits[n > 0]
    mean = float((hits / n).mean())
    careful = (hits + 1) / (n + 2)
    error = math.sqrt(float((careful * (1 - careful) / (n + 2)).sum())) / len(n)
    return _around(mean, error, comparisons)


def roc_area(positive: Array, scores: Array, weights: Array, comparisons: int = 1) -> Estimate:
    """Area under the ROC curve of ``scores`` (n,) for ``positive`` (n,) bool.

    The interval is that of Hanley & McNeil 1982 for the effective number of samples under
    ``weights`` (n,), (Σw)² / Σw². ``comparisons`` widens it (Bonferroni).
    """
    from sklearn.metrics import roc_auc_score

    area = float(roc_auc_score(positive, scores, sample_weight=weights))
    above, below = (_effective(weights[at]) for at in (positive, ~positive))
    # One more sample a side on the wrong side, so that it has a width at 0 and 1.
    a = (area * above * below + 0.5) / (above * below + 1)
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (
        a * (1 - a) + (above - 1) * (q1 - a * a) + (below - 1) * (q2 - a * a)
    ) / (above * below)  # fmt: skip
    return _around(area, math.sqrt(max(variance, 0.0)), comparisons)


def forest_scores(
    features: Array, target: Array, weights: Array, folds: Array, leaves: int | None = None
) -> Array:
    """(n, k) probabilities of each class of ``target`` by a random forest, out of fold.

    ``weights`` (n,) are those of the samples, ``folds`` (n,) as of `single_column.folds_of`,
    ``leaves`` the most of a tree. Out-of-bag votes would not do: where samples are drawn by weight,
    those of a rare class are in nearly every bag.
    """
    from sklearn.ensemble import RandomForestClassifier

    out = np.zeros((len(target), int(target.max()) + 1))
    for f in range(int(folds.max()) + 1):
        train, test = folds != f, folds == f
        forest = RandomForestClassifier(
            TREES, min_samples_leaf=2, max_leaf_nodes=leaves, random_state=0, n_jobs=1
        )
        forest.fit(features[train], target[train], sample_weight=weights[train])
        out[test] = forest.predict_proba(features[test])
    return out


def level(target: Array, weights: Array) -> Array:
    """``weights`` (n,) scaled so that all classes of ``target`` (n,) weigh the same, n in all."""
    per_class = np.bincount(target, weights=weights)
    present = int((per_class > 0).sum())
    return np.asarray(weights / per_class[target] * len(target) / present)


def _effective(weights: Array) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def _around(mean: float, error: float, comparisons: int) -> Estimate:
    from scipy.special import ndtri

    half = float(ndtri(1 - (1 - LEVEL) / 2 / max(comparisons, 1))) * error
    return Estimate(mean, max(mean - half, 0.0), min(mean + half, 1.0), LEVEL)
