"""What the predictions of a split are worth: the figures by which contestants are compared.

Test samples are weighted so that classes are as frequent as in the user's training data: for a
stratified test all weights are about 1. Axes: n test samples, c classes, b bins of confidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...analysis.accuracy import group_recall, recall
from ...arrays import Array

BINS = 15
"""Of the calibration error, of equal width (Guo et al. 2017, 1706.04599)."""


@dataclass(frozen=True)
class Predictions:
    """What a contestant says about the test samples of a split."""

    log_probabilities: Array
    """(n, c)"""
    targets: Array
    """(n,)"""
    priors: Array
    """(c,) shares of the classes in the user's training data"""
    groups: Array
    """(c,) 0 head, 1 medium, 2 tail"""

    @property
    def confusion(self) -> Array:
        """(c, c) counts, rows true."""
        c = len(self.priors)
        flat = self.targets * c + self.log_probabilities.argmax(axis=1)
        return np.bincount(flat, minlength=c * c).reshape(c, c)

    @property
    def class_weights(self) -> Array:
        """(c,) share of a tested class in the training data over that in the test; else 0."""
        tests = np.bincount(self.targets, minlength=len(self.priors))
        prior = np.where(tests > 0, self.priors, 0.0)
        return np.asarray(prior / max(prior.sum(), 1e-300) * tests.sum() / np.maximum(tests, 1))

    @property
    def weights(self) -> Array:
        """(n,)"""
        return np.asarray(self.class_weights[self.targets])

    @property
    def weighted(self) -> Array:
        """(c, c) confusion where classes are as frequent as in the training data."""
        return np.asarray(self.confusion * self.class_weights[:, None])


@dataclass(frozen=True)
class Metric:
    """A figure of one split."""

    name: str
    title: str
    help: str
    value: Callable[[Predictions], float]
    lower_is_better: bool = False
    share: bool = True
    """In [0, 1], shown in percent."""


def measure(predictions: Predictions) -> tuple[dict[str, float], Array]:
    """All figures by name, and the area under precision and recall (c,) of each class."""
    areas = class_areas(predictions)
    values = {m.name: m.value(predictions) for m in METRICS.values() if m.name != "auprc"}
    return {name: areas_mean(areas) if name == "auprc" else values[name] for name in METRICS}, areas


def class_areas(p: Predictions) -> Array:
    """(c,) average precision of each class against the rest; NaN for one without test samples."""
    from sklearn.metrics import average_precision_score

    areas = np.full(len(p.priors), np.nan)
    weights = p.weights
    for c in np.unique(p.targets).tolist():
        areas[c] = average_precision_score(
            p.targets == c, p.log_probabilities[:, c], sample_weight=weights
        )
    return areas


def areas_mean(areas: Array) -> float:
    """Mean over the tested classes."""
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else float("nan")


def _balanced_accuracy(p: Predictions) -> float:
    return float(np.nanmean(recall(p.confusion)))


def _accuracy(p: Predictions) -> float:
    weighted = p.weighted
    return float(np.trace(weighted) / weighted.sum())


def _macro_f1(p: Predictions) -> float:
    weighted = p.weighted
    tested = weighted.sum(axis=1) > 0
    both = weighted.sum(axis=1) + weighted.sum(axis=0)
    return float((2 * np.diag(weighted)[tested] / both[tested]).mean())


def _group(number: int) -> Callable[[Predictions], float]:
    return lambda p: float(group_recall(recall(p.confusion), p.groups)[number])


def _tail_precision(p: Predictions) -> float:
    """1 minus the share of wrong answers among those that name the tail; NaN without any."""
    named = p.weighted[:, p.groups == 2].sum()
    right = np.diag(p.weighted)[p.groups == 2].sum()
    return float(right / named) if named > 0 else float("nan")


def _log_loss(p: Predictions) -> float:
    own = p.log_probabilities[np.arange(len(p.targets)), p.targets]
    return float(-np.average(own, weights=p.weights))


def _calibration_error(p: Predictions) -> float:
    confidence = np.exp(p.log_probabilities.max(axis=1))
    right = p.log_probabilities.argmax(axis=1) == p.targets
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(bins, p.weights * (right - confidence), minlength=BINS)
    return float(np.abs(gap).sum() / p.weights.sum())


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("balanced_accuracy", "Balanced accuracy", "Mean of the recalls of the classes.",
               _balanced_accuracy),
        Metric("accuracy", "Accuracy", "Share of right answers where classes are as frequent as "
               "in the training data.", _accuracy),
        Metric("macro_f1", "Macro F1", "Mean over the classes of the F1 of precision and recall.",
               _macro_f1),
        Metric("head", "Recall of the head", "Mean recall of the frequent classes.", _group(0)),
        Metric("medium", "Recall of the medium", "Mean recall of the classes between.", _group(1)),
        Metric("tail", "Recall of the tail", "Mean recall of the rare classes.", _group(2)),
        Metric("tail_precision", "Precision of the tail", "Share of right answers among those that "
               "name a class of the tail.", _tail_precision),
        Metric("auprc", "AUPRC", "Mean over the classes of the area under precision and recall.",
               lambda p: areas_mean(class_areas(p))),
        Metric("log_loss", "Log loss", "Mean of minus the log-probability of the true class, in "
               "nats.", _log_loss, lower_is_better=True, share=False),
        Metric("ece", "Calibration error", f"Mean distance of confidence from accuracy, {BINS} "
               "bins.", _calibration_error, lower_is_better=True),
    )
}  # fmt: skip
CHOOSABLE = ("balanced_accuracy", "accuracy", "macro_f1", "tail", "auprc", "log_loss")
"""Those by which contestants may be judged."""
_AIMS = {"tail": "balanced_accuracy", "auprc": "log_loss"}


def aim(metric: str) -> str:
    """What settings inside a contestant are chosen by.

    The metric itself, except where it can be had for nothing by always naming the tail.

    >>> aim("macro_f1"), aim("tail")
    ('macro_f1', 'balanced_accuracy')
    """
    return _AIMS.get(metric, metric)


def inner_score(metric: str, log_probabilities: Array, targets: Array) -> float:
    """How good predictions of an inner split are, by the `aim` of a metric; higher is better."""
    c = log_probabilities.shape[1]
    counts = np.bincount(targets, minlength=c)
    chosen = METRICS[aim(metric)]
    value = chosen.value(
        Predictions(log_probabilities, targets, counts / counts.sum(), np.zeros(c, dtype=int))
    )
    return -value if chosen.lower_is_better else value
