"""Where the predictions come from by which labels are judged.

Axes: n samples, m of them that are judged, d features, c classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...readers.messages import Progress, silent
from ...readers.threads import one_thread

FEWEST = 10
"""Samples a class needs for a model to learn it: two for each of five folds."""
Predict = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Predictions:
    """``predict(part, judged, compact)`` gives (m, j) probabilities of the judged classes.

    ``part`` (m,) are positions among the n samples, ``judged`` (j,) the classes, ``compact`` (m,)
    the place of each sample's class among these.
    """

    predict: Predict
    fewest: int = FEWEST
    """Samples of a class from which its labels are judged."""
    given: bool = False
    """Whether a person brought them."""


def by_model(
    features: Array,
    groups: Array | None = None,
    weights: Array | None = None,
    *,
    linear: bool = False,
    progress: Progress = silent,
) -> Predictions:
    """Predictions from (n, d) features by a model that saw neither the sample nor its copies.

    ``groups`` (n,) are equal for copies, ``weights`` (n,) say how many samples each stands for.
    Columns of a table are predicted by trees, features of images and embeddings by a ``linear``
    model.
    """
    groups = np.arange(len(features)) if groups is None else groups

    def predict(part: Array, judged: Array, compact: Array) -> Array:
        of = None if weights is None else weights[part]
        with one_thread():
            if linear:
                from .out_of_fold import out_of_fold

                return out_of_fold(features[part], compact, groups[part], of)
            from .bagged_trees import out_of_bag

            return out_of_bag(features[part], compact, groups[part], of, progress)

    return Predictions(predict)


def as_given(probabilities: Array) -> Predictions:
    """Predictions that a person brought, (n, c); their model has to have seen none of them."""

    def predict(part: Array, judged: Array, compact: Array) -> Array:
        kept = probabilities[part][:, judged].astype(np.float64) + 1e-9
        return np.asarray(kept / kept.sum(axis=1, keepdims=True))

    return Predictions(predict, fewest=2, given=True)
