"""Which columns tell the tail apart from the rest, and whether all of them together do.

Axes: n samples.
"""

from __future__ import annotations

import numpy as np

from ...readers.messages import quoted
from .clock import Clock
from .column_areas import column_areas
from .finding import FOUND, NONE, PERHAPS, UNKNOWN, ProfileFinding, interval
from .profiled_rows import ProfiledRows
from .scores import forest_scores, level, roc_area
from .single_column import folds_of

FEWEST = 10
"""Different samples of the tail below which nothing is said."""
SHOWN = 10
LEAVES = 16
"""Of a tree of the forest: deeper ones learn the few samples of a tail by heart."""
USEFUL = 0.6
"""AUC (area under the ROC curve) that a column's interval has to exceed to be named."""


def look(rows: ProfiledRows, clock: Clock) -> ProfileFinding | None:
    """As `checks` describes; ``None`` if there is no tail or nothing else."""
    trained = rows.trained
    tail = trained.groups[trained.codes] == 2
    n = int(tail.sum())
    if n == 0 or n == len(tail):
        return None
    classes = len(np.unique(trained.codes[tail]))
    of = f"{n:,} different {rows.unit} of {classes:,} tail class{'es' if classes != 1 else ''}"
    if min(n, len(tail) - n) < FEWEST:
        return ProfileFinding(
            UNKNOWN, f"There are only {of}.",
            f"Columns are compared from {FEWEST} different samples of the tail on.",
            "Collect more of these classes.",
        )  # fmt: skip
    target = tail.astype(np.int64)
    folds = folds_of(target, trained.weights)
    found, late = column_areas(trained, tail, ("tail", "rest"), folds, clock)
    assumed = (
        f"Tail against rest: {of}, {len(tail) - n:,} of the rest in natural proportions; a shallow "
        "tree on each column and a forest on all, out of fold. Intervals hold for all columns "
        f"together.{late}"
    )
    joint = None
    features = trained.features()
    if features.shape[1] and clock.left > 0:
        even = level(target, trained.weights)
        votes = forest_scores(features, target, even, folds, LEAVES)[:, 1]
        joint = roc_area(tail, votes, trained.weights)
    telling = [c for c in found if c.score.low > USEFUL]
    together = "" if joint is None else f" All columns together: AUC {interval(joint)}."
    if not telling:
        weak = joint is not None and joint.high < USEFUL + 0.05
        hidden = joint is not None and joint.low > USEFUL
        head = f"No column alone tells the tail apart.{together}"
        advice = (
            "Nothing here tells the tail apart, so no loss will: look for other features."
            if weak
            else "Columns tell it apart only together: models that combine them (forests, "
            "boosting) are worth trying before a loss."
            if hidden
            else "More samples of the tail would show whether any column does."
        )
        state = NONE if weak or hidden else UNKNOWN
        return ProfileFinding(state, head, assumed, advice, joint, tuple(found[:SHOWN]))
    best = telling[0]
    words = f" ({best.words})" if best.words else ""
    head = (
        f"{quoted(best.name, 30)} tells the tail apart best: AUC {interval(best.score)}{words}."
        f"{together}"
    )
    advice = (
        "Check these columns first for gaps, units and outliers in the tail; new tail samples "
        "should cover their range."
    )
    state = FOUND if n >= 5 * FEWEST else PERHAPS
    return ProfileFinding(state, head, assumed, advice, joint, tuple(telling[:SHOWN]))
