"""Whether one column gives the label away: a shallow tree on it alone tells nearly all classes.

Axes: n samples, c classes.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...readers.messages import listing, quoted
from ...readers.sampled_rows import Column
from .clock import Clock
from .finding import FOUND, NONE, PERHAPS, UNKNOWN, ColumnScore, ProfileFinding, interval
from .profiled_rows import ProfiledRows
from .scores import balanced_accuracy, forest_scores, level
from .single_column import FOLDS, folds_of, is_number_of_rows, out_of_fold

STRONG, NEARLY = 0.9, 0.98
"""Of the way from chance to perfect: from where a column is looked at, and from where it is named
a leak whatever the others reach."""
EASY = 0.9
"""Share of a column's own way that the others may reach together before it is unremarkable."""
ADVICE = (
    "Ask whether its value is known before the label is. If not, leave the column out and look "
    "again; the pilot trains on it, too."
)


def look(rows: ProfiledRows, clock: Clock) -> ProfileFinding | None:
    """As `checks` describes."""
    trained = rows.trained
    counts = np.bincount(trained.codes, minlength=len(rows.names))
    classes = np.flatnonzero(counts >= FOLDS)
    if len(classes) < 2:
        return ProfileFinding(
            UNKNOWN,
            f"Fewer than two classes have {FOLDS} different {rows.unit}.",
            f"A class is judged from {FOLDS} different {rows.unit} on.",
            "Collect more samples.",
        )
    judged = trained.part(np.isin(trained.codes, classes))
    target = np.searchsorted(classes, judged.codes)
    folds = folds_of(target, judged.weights)
    chance = 1 / len(classes)
    found: list[ColumnScore] = []
    late: list[str] = []
    for column in judged.columns:
        if clock.left <= 0:
            late.append(column.name)
            continue
        predicted = out_of_fold(column, target, judged.weights, folds).argmax(axis=1)
        score = balanced_accuracy(target, predicted, len(judged.columns))
        if score.mean > chance:
            found.append(ColumnScore(column.name, score, _words(column)))
    found.sort(key=lambda c: -c.score.mean)
    assumed = (
        f"A tree of few leaves on one column at a time, {FOLDS}-fold, on {len(target):,} different "
        f"training {rows.unit} of {len(classes):,} classes; {chance:.0%} is chance. Intervals hold "
        "for all columns together."
    )
    if late:
        assumed += f" Not looked at, as time was up: {listing([quoted(n, 30) for n in late])}."
    way = {c.name: (c.score.mean - chance) / (1 - chance) for c in found}
    strong = [c for c in found if way[c.name] >= STRONG]
    if not strong:
        best = ""
        if found:
            best = f"; the best, {quoted(found[0].name, 30)}, reaches {found[0].score.mean:.0%}"
        state = UNKNOWN if late else NONE
        return ProfileFinding(
            state, f"No column alone gives the label away{best}.", assumed,
            "Even so, remove columns that you know to be filled in after the label.",
            columns=tuple(found[:5]),
        )  # fmt: skip
    without = _others(judged, target, folds, frozenset(c.name for c in strong))
    top = strong[0]
    named = ", ".join(quoted(c.name, 30) for c in strong[:3])
    rest = (
        "there are no others that could" if without is None else f"the others reach {without:.0%}"
    )
    each = f"{named} alone" if len(strong) == 1 else f"{named}, each alone"
    line = f"{each}: balanced accuracy {interval(top.score)}; {rest}."
    easy = without is not None and (without - chance) / (1 - chance) >= EASY * way[top.name]
    if easy and way[top.name] < NEARLY:
        return ProfileFinding(
            NONE, f"No column stands out: {line}", assumed,
            "The classes are easy to tell apart; check a few samples by hand.",
            top.score, tuple(found[:5]),
        )  # fmt: skip
    sure = way[top.name] >= NEARLY and not easy
    return ProfileFinding(
        FOUND if sure else PERHAPS,
        line if sure else f"{line} It may be a leak or a very good feature.",
        assumed, ADVICE, top.score, tuple(strong[:10]),
    )  # fmt: skip


def _others(
    rows: ProfiledRows, target: Array, folds: Array, without: frozenset[str]
) -> float | None:
    """Balanced accuracy of a forest on the other columns, ``None`` if none is a feature."""
    features = rows.features(without)
    if not features.shape[1]:
        return None
    votes = forest_scores(features, target, level(target, rows.weights), folds)
    return balanced_accuracy(target, votes.argmax(axis=1)).mean


def _words(column: Column) -> str:
    if is_number_of_rows(column):
        return "numbers or names each row; samples seem to be sorted by class"
    return ""
