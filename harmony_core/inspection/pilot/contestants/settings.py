"""Settings of a contestant, chosen on inner splits of the first training part.

Axes: n samples, c classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ....arrays import Array
from ..metrics import inner_score
from .spec import Task

S = TypeVar("S")


def chosen_settings(
    task: Task, candidates: Sequence[S], predict: Callable[[S, Array, Array], Array | None]
) -> S:
    """The best of the candidates by the task's metric, the first of equals; kept for later splits.

    ``predict(candidate, train, test)`` gives log-probabilities (len(test), c) for positions of the
    training samples, or ``None`` if the candidate fails.
    """
    if "settings" in task.kept:
        kept: S = task.kept["settings"]
        return kept
    best, best_score = candidates[0], -np.inf
    for candidate in candidates:
        said, truth = [], []
        for train, test in task.inner():
            task.check()
            found = predict(candidate, train, test)
            if found is None:
                break
            said.append(found)
            truth.append(task.codes[test])
        else:
            score = inner_score(task.metric, np.concatenate(said), np.concatenate(truth))
            if score > best_score + 1e-9:
                best, best_score = candidate, score
    task.kept["settings"] = best
    return best
