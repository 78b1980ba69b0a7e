"""What one column alone says about a target, on samples that the model has not seen.

Numbers are read by a shallow decision tree, text by the frequencies of its values in each class.
Both treat all classes of the target alike, whatever their size.

Axes: n samples, k classes of the target.
"""

from __future__ import annotations

import re

import numpy as np

from ...arrays import Array
from ...readers.sampled_rows import Column

FOLDS = 5
LEAVES = 16
"""Of the tree for two classes; each further class gets two more."""
MOST_LEAVES = 256
LEVELS = 200
"""Most frequent values of a text column that are told apart."""
TOO_MANY = 0.5
"""Share of different values above which digits in a text are ignored, as in ``cat_0012.jpg``."""
_DIGITS = re.compile(r"\d+")


def folds_of(target: Array, weights: Array) -> Array:
    """(n,) fold of each sample, stratified by ``target``."""
    from sklearn.model_selection import StratifiedKFold

    at = np.empty(len(target), dtype=np.int64)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for f, (_, test) in enumerate(folds.split(weights, target)):
        at[test] = f
    return at


def out_of_fold(column: Column, target: Array, weights: Array, folds: Array) -> Array:
    """(n, k) probabilities of ``target`` (n,), codes without gaps, all classes counting the same.

    Each class needs a sample outside every fold.
    """
    k = int(target.max()) + 1
    out = np.zeros((len(target), k))
    values = _values(column)
    if values is None:
        return np.full((len(target), k), 1 / k)
    for f in range(int(folds.max()) + 1):
        train, test = folds != f, folds == f
        per_class = np.bincount(target[train], weights=weights[train], minlength=k)
        level = weights[train] / per_class[target[train]]
        if column.numbers is not None:
            out[test] = _tree(values[train], target[train], level, values[test], k)
        else:
            out[test] = _levels(values[train], target[train], level, values[test], k)
    return out


def is_number_of_rows(column: Column) -> bool:
    """Whether a column numbers the rows or names each of them: whole numbers or texts, all unlike.

    >>> is_number_of_rows(Column("id", np.arange(30.0)))
    True
    """
    if column.numbers is None:
        return len(column.texts) > 20 and len(set(column.texts)) > 0.98 * len(column.texts)
    present = column.numbers[~np.isnan(column.numbers)]
    whole = bool((present == np.trunc(present)).all())
    return whole and len(present) > 20 and len(np.unique(present)) == len(present)


def _values(column: Column) -> Array | None:
    """(n, 1) float64 for numbers, (n,) int64 level for text; ``None`` if it never varies."""
    if column.numbers is not None:
        present = column.numbers[~np.isnan(column.numbers)]
        varies = len(present) and (len(present) < len(column.numbers) or np.ptp(present) > 0)
        # Trees compare as float32.
        limit = float(np.finfo(np.float32).max)
        return np.clip(column.numbers, -limit, limit)[:, None] if varies else None
    texts = [text or "" for text in column.texts]
    if len(set(texts)) > TOO_MANY * len(texts):
        texts = [_DIGITS.sub("#", text) for text in texts]
    names, codes, counts = np.unique(
        np.array(texts, dtype=str), return_inverse=True, return_counts=True
    )
    if len(names) < 2:
        return None
    place = np.zeros(len(names), dtype=np.int64)  # rare values are one
    frequent = np.argsort(-counts, kind="stable")[:LEVELS]
    frequent = frequent[counts[frequent] > 1]
    place[frequent] = np.arange(1, len(frequent) + 1)
    return np.asarray(place[codes.ravel()])


def _tree(values: Array, target: Array, weights: Array, unseen: Array, k: int) -> Array:
    from sklearn.tree import DecisionTreeClassifier

    leaves = min(LEAVES + 2 * (k - 2), MOST_LEAVES)
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=2, random_state=0)
    return np.asarray(tree.fit(values, target, sample_weight=weights).predict_proba(unseen))


def _levels(values: Array, target: Array, weights: Array, unseen: Array, k: int) -> Array:
    from sklearn.naive_bayes import CategoricalNB

    levels = int(max(values.max(), unseen.max())) + 1
    scale = len(target)  # so that smoothing is small beside the counts
    model = CategoricalNB(alpha=0.1, fit_prior=False, min_categories=levels)
    model.fit(values[:, None], target, sample_weight=weights * scale / k)
    return np.asarray(model.predict_proba(unseen[:, None]))
