"""Whether test samples differ from training samples of the same class, and in which columns.

The shares of the classes are levelled first: a balanced test split beside a long-tailed training
split is no drift. Axes: n samples, c classes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...analysis.intervals import Estimate
from ...arrays import Array
from ...readers.messages import quoted
from .clock import Clock
from .column_areas import column_areas
from .finding import FOUND, NONE, PERHAPS, UNKNOWN, ProfileFinding, interval
from .profiled_rows import ProfiledRows
from .scores import forest_scores, level, roc_area
from .single_column import folds_of, is_number_of_rows

FEWEST = 20
"""Different samples a split needs to be compared."""
DRIFTS = 0.6
"""AUC (area under the ROC curve) above which a difference matters; below, it may be slight."""
SLIGHT = 0.52
"""AUC up to which the lower end of the interval is no sign: out-of-fold scores vary a little more
than it allows for."""
SPLIT_BY = 0.9
SHOWN = 10
LEAVES = 32
ADVICE = (
    "Ask how the split was made (by time, place, person, device?). If new data will differ in the "
    "same way, keep it and read test figures as such; otherwise pool both and split anew, "
    "stratified."
)


def look(rows: ProfiledRows, clock: Clock) -> ProfileFinding | None:
    """As `checks` describes; ``None`` without a test split."""
    if not rows.tested.any() or rows.tested.all():
        return None
    c = len(rows.names)
    per = [np.bincount(rows.codes[at], minlength=c) for at in (~rows.tested, rows.tested)]
    both = (per[0] > 0) & (per[1] > 0)
    part = rows.part(both[rows.codes])
    tested = part.tested
    sizes = (int((~tested).sum()), int(tested.sum()))
    if min(sizes) < FEWEST:
        return ProfileFinding(
            UNKNOWN,
            f"Only {min(sizes)} different {rows.unit} of a split have classes that both have.",
            f"Splits are compared from {FEWEST} different samples on.",
            "Give the test split more samples.",
        )
    weights = np.empty(len(tested))
    mass = np.minimum(per[0], per[1]).astype(float)
    for at, counts in ((~tested, per[0]), (tested, per[1])):
        weights[at] = (mass / np.maximum(counts, 1))[part.codes[at]]
    target = tested.astype(np.int64)
    # The check takes all samples as they are, so that each class weighs the same in both splits.
    part = replace(part, weights=weights)
    folds = folds_of(target, weights)
    assumed = (
        f"Training against test, {sizes[0]:,} and {sizes[1]:,} different {rows.unit}, the shares "
        f"of {int(both.sum()):,} classes levelled; a forest on all columns and a "
        "shallow tree on each, out of fold. Identifiers take part only one by one."
    )
    features = part.features()
    joint = None
    if features.shape[1] and clock.left > 0:
        joint = _told(features, target, weights, folds)
    found, late = column_areas(part, tested, ("test", "training"), folds, clock)
    assumed += late
    telling = {f.name for f in found if f.score.low > SPLIT_BY}
    follows = [c.name for c in part.columns if c.name in telling and is_number_of_rows(c)]
    moved = [f for f in found if f.score.low > 0.5 and f.name not in follows]
    note = ""
    if follows:
        note = f" The split follows {quoted(follows[0], 30)}: it was made by time or by position."
    if joint is None:
        state = PERHAPS if moved or follows else UNKNOWN
        head = "The columns could not be compared together."
        return ProfileFinding(state, head + note, assumed, ADVICE, None, tuple(moved[:SHOWN]))
    figure = f"AUC {interval(joint)}"
    if joint.low > DRIFTS:
        head, state = (
            f"Test samples can be told from training samples of their class: {figure}",
            FOUND,
        )
    elif joint.low > SLIGHT or follows:
        head, state = f"Test samples differ slightly from training samples: {figure}", PERHAPS
    elif joint.high < DRIFTS + 0.05:
        head, state = f"Test samples look like training samples: {figure}", NONE
    else:
        head, state = f"Too few samples to say: {figure}", UNKNOWN
    if moved and state in (FOUND, PERHAPS):
        head += f", most by {quoted(moved[0].name, 30)}"
    advice = "" if state == NONE else ADVICE
    return ProfileFinding(
        state, f"{head}.{note}", assumed, advice, joint, tuple((moved or found)[:SHOWN])
    )


def _told(features: Array, target: Array, weights: Array, folds: Array) -> Estimate:
    """How well a forest tells the splits apart."""
    votes = forest_scores(features, target, level(target, weights), folds, LEAVES)
    return roc_area(target == 1, votes[:, 1], weights)
