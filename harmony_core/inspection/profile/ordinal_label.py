"""Whether the classes have an order that their confusions follow: then try regression.

Axes: n samples, c classes that are judged.
"""

from __future__ import annotations

import numpy as np

from ...analysis.intervals import Estimate, wilson
from ...arrays import Array
from ...data.randomness import generator
from ...readers.messages import quoted
from .class_order import class_order
from .clock import Clock
from .finding import FOUND, NONE, PERHAPS, UNKNOWN, ProfileFinding
from .profiled_rows import ProfiledRows
from .scores import TREES, forest_scores
from .single_column import folds_of

ROWS = 2_500
FEWEST = 5
"""Different samples a class needs."""
ERRORS = 20
"""Errors below which their distance says nothing."""
ORDERS = 2_000
"""Random orders of the classes that the real one is compared with."""
SURE, UNSURE = 0.01, 0.1
TESTABLE = 5
"""Classes from which on enough different orders exist."""
ADVICE = (
    "Try regression on the number (or an ordinal model) and report the mean absolute error; or "
    "merge neighbouring classes of the tail. Balanced accuracy punishes a miss by one as much as a "
    "miss by ten."
)
WITHOUT_GAIN = (
    "Report the mean absolute error beside accuracy, as a miss by one is a near hit. Plain "
    "regression is hardly closer here; an ordinal model, or merging neighbouring classes of the "
    "tail, may be."
)


def look(rows: ProfiledRows, clock: Clock) -> ProfileFinding | None:
    """As `checks` describes; ``None`` if the names of the classes declare no order."""
    order, kind = class_order(rows.names)
    if not order:
        return None
    trained = rows.trained
    counts = np.bincount(trained.codes, minlength=len(rows.names))
    judged = [c for c in order if counts[c] >= FEWEST]
    range_ = f"{quoted(rows.names[order[0]], 20)} to {quoted(rows.names[order[-1]], 20)}"
    said = f"The names of {len(order)} classes are {kind}, {range_}"
    assumed = f"The order is that of the names ({kind}), {range_}."
    if len(judged) < 3:
        return ProfileFinding(
            UNKNOWN, f"{said}; only {len(judged)} have {FEWEST} different {rows.unit}.", assumed,
            ADVICE,
        )  # fmt: skip
    part = trained.part(_some(trained.codes, judged))
    place = np.full(len(rows.names), -1)
    place[judged] = np.arange(len(judged))
    target = place[part.codes]
    features = part.features()
    if not features.shape[1] or clock.left <= 0:
        why = "no column is a feature" if not features.shape[1] else "time was up"
        return ProfileFinding(UNKNOWN, f"{said}; {why}.", assumed, ADVICE)
    folds = folds_of(target, part.weights)
    predicted = forest_scores(features, target, part.weights, folds).argmax(axis=1)
    c = len(judged)
    confusion = np.zeros((c, c))
    np.add.at(confusion, (target, predicted), 1)
    errors = int(confusion.sum() - np.trace(confusion))
    near = float(np.average(np.abs(target - predicted) <= 1, weights=part.weights))
    exact = float(np.average(target == predicted, weights=part.weights))
    low, high = wilson(near * len(target), len(target))
    assumed += (
        f" A forest on all columns, out of fold, on {len(target):,} different training "
        f"{rows.unit} of {c} classes with {FEWEST} or more; {errors:,} errors."
    )
    score = Estimate(near, low, high)
    if errors < ERRORS:
        return ProfileFinding(
            UNKNOWN, f"{said}; the forest errs only {errors} times, so an order matters little.",
            assumed, "", score,
        )  # fmt: skip
    distance, chance, p = order_test(confusion)
    miss = f"errors are off by {distance:.1f} classes on average, {chance:.1f} in random orders"
    figures = f"{exact:.0%} exactly right, {near:.0%} within one class"
    if c < TESTABLE:
        closer = distance < chance
        return ProfileFinding(
            PERHAPS if closer else NONE,
            f"{said}; {figures}; {miss}. {c} classes are too few to tell that from chance.",
            assumed, ADVICE if closer else "Take the classes as they are.", score,
        )  # fmt: skip
    if p > UNSURE or distance >= chance:
        return ProfileFinding(
            NONE,
            f"{said}, but confusions do not follow that order: {miss}.",
            assumed, "Take the classes as they are: their numbers are names.", score,
        )  # fmt: skip
    regression = _regression(features, target, part.weights, folds) if clock.left > 0 else None
    better, advice = "", ADVICE
    if regression is not None:
        mine = float(np.average(np.abs(target - predicted), weights=part.weights))
        better = (
            f" A regression forest is off by {regression:.2f} classes on average, the classifying "
            f"one by {mine:.2f}."
        )
        if regression > 0.95 * mine:
            advice = WITHOUT_GAIN
    return ProfileFinding(
        FOUND if p <= SURE else PERHAPS,
        f"{said}: {figures}; {miss}.{better}",
        f"{assumed} Share of random orders as close: {p:.1%}.",
        advice,
        score,
    )


def order_test(confusion: Array) -> tuple[float, float, float]:
    """Mean distance of errors in (c, c) counts, that in random orders, and the share as close.

    Each true class counts the same, and classes stand in the order that is tested.
    """
    wrong = confusion * (1 - np.eye(len(confusion)))
    rows = wrong.sum(axis=1, keepdims=True)
    wrong = wrong / np.maximum(rows, 1)
    total = wrong.sum()
    rank = np.arange(len(confusion))
    gaps = np.abs(rank[:, None] - rank[None, :])
    distance = float((wrong * gaps).sum() / total)
    rng = generator(0, "orders")
    shuffled = []
    for _ in range(ORDERS):
        at = rng.permutation(len(rank))
        shuffled.append(float((wrong * gaps[np.ix_(at, at)]).sum() / total))
    close = sum(d <= distance + 1e-12 for d in shuffled)
    return distance, float(np.mean(shuffled)), (close + 1) / (ORDERS + 1)


def _some(codes: Array, judged: list[int]) -> Array:
    """Positions of at most `ROWS` samples of the judged classes, in natural proportions."""
    at = np.flatnonzero(np.isin(codes, judged))
    if len(at) <= ROWS:
        return at
    order = generator(0, "ordinal").permutation(at)
    rank = np.empty(len(order), dtype=np.int64)
    for c in judged:  # rare classes keep FEWEST
        own = np.flatnonzero(codes[order] == c)
        rank[own] = np.arange(len(own))
    first = rank < FEWEST
    kept = np.concatenate([order[first], order[~first]])[:ROWS]
    return np.sort(kept)


def _regression(features: Array, target: Array, weights: Array, folds: Array) -> float:
    """Mean absolute error of a regression forest, out of fold, in classes."""
    from sklearn.ensemble import RandomForestRegressor

    out = np.zeros(len(target))
    for f in range(int(folds.max()) + 1):
        train, test = folds != f, folds == f
        forest = RandomForestRegressor(
            TREES, min_samples_leaf=2, max_features=1 / 3, random_state=0, n_jobs=1
        )
        forest.fit(features[train], target[train], sample_weight=weights[train])
        out[test] = forest.predict(features[test])
    return float(np.average(np.abs(out - target), weights=weights))
