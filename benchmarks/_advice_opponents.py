"""The opponents of scikit-learn that `advice.py` judges by, each plain and with its remedies.

Axes: n rows, c classes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._advice_tables import Array, Split, Table, adjusted, scores, splits

TREES = 200
FAMILIES = ("linear", "forest", "boosting")
REMEDIES = ("", "balanced", "adjusted", "thresholds")
INNER = 2
"""Folds of the training rows, on which thresholds and the strength of regularisation are chosen."""
STRENGTHS = (0.1, 1.0, 10.0, 100.0)
"""C of logistic regression."""
STEPS = np.linspace(-3, 3, 25)
"""Steps in the log of a class's factor, tried one class after the other."""


PENALTY = 1.0
"""Of the leaves of boosting: without one, rare classes make it diverge (kr-vs-k: 17.9 %)."""


def model(family: str, weight: str | None, strength: float) -> Any:
    """An unfitted classifier of a family, with the settings its users start from."""
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    if family == "linear":
        return LogisticRegression(C=strength, max_iter=3000, class_weight=weight)
    if family == "forest":
        return RandomForestClassifier(TREES, class_weight=weight, random_state=0, n_jobs=1)
    return HistGradientBoostingClassifier(
        class_weight=weight, l2_regularization=PENALTY, early_stopping=False, random_state=0
    )  # fmt: skip


def log_probabilities(
    table: Table, family: str, weight: str | None, strength: float, split: Split
) -> Array:
    """(n, c) of the test rows; a class without a training row gets a very small one.

    A forest's votes are counted with one more tree that votes the class shares, so that no class
    with training rows has probability 0.
    """
    from sklearn.exceptions import ConvergenceWarning

    x = table.features(split.train) if family == "linear" else table.unscaled()
    fitted = model(family, weight, strength)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 3000 steps at C = 100: close enough
        fitted.fit(x[split.train], table.codes[split.train])
    p = fitted.predict_proba(x[split.test])
    if family == "forest":
        shares = np.bincount(table.codes[split.train], minlength=len(table.classes))
        shares = shares[fitted.classes_] / len(split.train)
        p = (TREES * p + shares) / (TREES + 1)
    found = np.full((len(split.test), len(table.classes)), np.log(1e-12))
    found[:, fitted.classes_] = np.log(np.maximum(p, 1e-12))
    return found


def best_strength(table: Table, weight: str | None, outer: list[Split]) -> float:
    """C by inner balanced accuracy, on the training rows of the first split."""
    inner = list(splits(table, INNER, 1, outer[0].train, seed=7))
    means = []
    for strength in STRENGTHS:
        got = [
            scores(
                table.codes[s.test],
                log_probabilities(table, "linear", weight, strength, s).argmax(axis=1),
            )["balanced_accuracy"]
            for s in inner
        ]
        means.append(np.mean(got))
    return STRENGTHS[int(np.argmax(means))]


def thresholds(out_of_fold: Array, codes: Array, counts: Array) -> Array:
    """(c,) added to log-probabilities for the best balanced accuracy out of fold.

    It starts from the best strength of logit adjustment, then moves one class after the other.
    """
    log_prior = np.log(np.maximum(counts, 0.5) / counts.sum())

    of_class = np.bincount(codes, minlength=len(counts))
    tested = of_class > 0

    def judge(offset: Array) -> float:
        predicted = (out_of_fold + offset).argmax(axis=1)
        right = np.bincount(codes[predicted == codes], minlength=len(counts))
        return float((right[tested] / of_class[tested]).mean())

    offset = max((-tau * log_prior for tau in (0, 0.25, 0.5, 0.75, 1, 1.25)), key=judge)
    best = judge(offset)
    for c in np.argsort(counts):
        for step in STEPS:
            moved = offset + step * (np.arange(len(counts)) == c)
            value = judge(moved)
            if value > best + 1e-9:
                offset, best = moved, value
    return np.asarray(offset)


def judge_family(
    table: Table, family: str, outer: list[Split], report: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """The scores by split of a family with each of its remedies."""
    strengths = {None: 1.0, "balanced": 1.0}
    if family == "linear":
        strengths = {w: best_strength(table, w, outer) for w in (None, "balanced")}
    got: dict[str, list[dict[str, float]]] = {remedy: [] for remedy in REMEDIES}
    for number, split in enumerate(outer):
        report(f"{table.name}: {family}, split {number + 1} of {len(outer)}")
        codes, counts = table.codes[split.test], _counts(table, split)
        plain = log_probabilities(table, family, None, strengths[None], split)
        heavy = log_probabilities(table, family, "balanced", strengths["balanced"], split)
        offset = thresholds(*_out_of_fold(table, family, strengths[None], split), counts)
        chosen = {
            "": plain,
            "balanced": heavy,
            "adjusted": adjusted(plain, counts),
            "thresholds": plain + offset,
        }
        for remedy, values in chosen.items():
            got[remedy].append(scores(codes, values.argmax(axis=1)))
    recipe = f"C = {strengths[None]:g}, balanced {strengths['balanced']:g}"
    return {
        name_of(family, remedy): {
            "family": family,
            "remedy": remedy,
            "recipe": recipe if family == "linear" else "",
            "scores": values,
        }
        for remedy, values in got.items()
    }


def name_of(family: str, remedy: str) -> str:
    """A contestant's key."""
    return f"{family}_{remedy}" if remedy else family


def _counts(table: Table, split: Split) -> Array:
    return np.bincount(table.codes[split.train], minlength=len(table.classes))


def _out_of_fold(table: Table, family: str, strength: float, split: Split) -> tuple[Array, Array]:
    inner = list(splits(table, INNER, 1, split.train, seed=11))
    parts = [log_probabilities(table, family, None, strength, s) for s in inner]
    codes = np.concatenate([table.codes[s.test] for s in inner])
    return np.concatenate(parts), codes
