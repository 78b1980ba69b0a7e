"""Labels that predictions made without them contradict: confident learning by cleanlab.

Northcutt et al. 2021, arXiv 1911.00068. A sample is suspect if a model that never saw it is surer
of another class than it usually is of that class's own samples; the threshold is set class by
class, so a rare class is not judged by the standards of a frequent one. A weak model would suspect
half of the data, so it is heard only if it agrees with 70 % of all labels, and only where it is
confident: where, at its confidence, it agrees with 85 % (isotonic regression of the agreement).

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

import os
import warnings

import numpy as np

from ...arrays import Array
from ...readers.messages import quoted
from ...readers.threads import one_thread
from .finding import EXAMPLES, Finding, tally
from .twins import Name

FEWEST = 10
"""Samples a class needs for its labels to be judged: two a fold."""
FOLDS = 5
TREES, THREADS = 100, 4
CONFIDENT = 0.85
STRONG = 0.7
"""Share of all labels a model has to agree with before it may doubt the others."""


def find_suspects(
    features: Array,
    codes: Array,
    names: tuple[str, ...],
    rows: Array,
    name: Name,
    *,
    linear: bool = False,
) -> tuple[Finding, tuple[int, ...], str]:
    """Judge the labels of (n, d) features; also which classes are too small, and why not at all.

    ``rows`` (n,) are the positions to report. Tables are predicted by trees, out of bag; image
    features by a linear model, out of fold (``linear``).
    """
    classes = len(names)
    counts = np.bincount(codes, minlength=classes)
    judged = np.flatnonzero(counts >= FEWEST)
    too_few = tuple(np.flatnonzero((counts > 0) & (counts < FEWEST)).tolist())
    part = np.isin(codes, judged)
    none = np.zeros(classes, dtype=np.int64)
    if len(judged) < 2:
        return Finding(none, none), too_few, ""
    compact = np.searchsorted(judged, codes[part])
    with one_thread():
        probabilities = _out_of_fold(features[part], compact, linear)
    agreement = float((probabilities.argmax(axis=1) == compact).mean())
    if agreement < STRONG:
        note = (
            f"Suspect labels were not looked for: the model agrees with {agreement:.0%} of the "
            "labels, too few to doubt the others."
        )
        return Finding(none, none), too_few, note
    from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = find_label_issues(
            compact,
            probabilities,
            filter_by="low_normalized_margin",
            return_indices_ranked_by="normalized_margin",
            n_jobs=1,
        )
    sure = _confident(probabilities, compact)
    issues = np.array([i for i in found if sure[i]], dtype=np.int64)
    at = np.flatnonzero(part)[issues]
    guess = judged[probabilities[issues].argmax(axis=1)]
    checked = np.bincount(codes[part][sure], minlength=classes)
    examples = tuple(
        (
            name(int(rows[i])),
            f"labelled {quoted(names[codes[i]], 30)}, looks like {quoted(names[g], 30)}",
        )
        for i, g in zip(at[:EXAMPLES].tolist(), guess[:EXAMPLES].tolist(), strict=True)
    )
    return Finding(tally(at, codes, classes), checked, examples, np.sort(rows[at])), too_few, ""


def _confident(probabilities: Array, codes: Array) -> Array:
    """(n,) whether the model is right often enough, at its confidence, to doubt a label."""
    from sklearn.isotonic import IsotonicRegression

    confidence = probabilities.max(axis=1)
    agrees = (probabilities.argmax(axis=1) == codes).astype(float)
    calibrated = IsotonicRegression(out_of_bounds="clip").fit(confidence, agrees)
    return np.asarray(calibrated.predict(confidence) >= CONFIDENT)


def _out_of_fold(features: Array, codes: Array, linear: bool) -> Array:
    """(n, c) probabilities of each sample by models that did not see it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no convergence, trees that saw everything
        if linear:
            return _linear(features, codes)
        from sklearn.ensemble import RandomForestClassifier

        forest = RandomForestClassifier(
            TREES, oob_score=True, class_weight="balanced", min_samples_leaf=2, random_state=0,
            n_jobs=min(os.cpu_count() or 1, THREADS),
        )  # fmt: skip
        forest.fit(features, codes)
        votes = np.nan_to_num(forest.oob_decision_function_) + 1e-9  # never out of bag: no idea
        return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def _linear(features: Array, codes: Array) -> Array:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=60, tol=1e-3)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(model, features, codes, cv=folds, method="predict_proba"))
