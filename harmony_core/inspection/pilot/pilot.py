"""The pilot: many ways to tell the user's classes apart, compared on the same splits.

Axes: s splits, c classes, b bins of the gradient norm.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from ...analysis.intervals import Estimate, paired, wilson
from ...arrays import Array
from ...errors import DataError
from ...readers.contents import Contents
from ...readers.messages import Progress, silent
from ..tail.groups import GROUPS, group_classes
from ..tail.statistics import Tail
from .contestants import chosen
from .data import PilotData, pilot_data
from .learning_curve import LearningCurve, measure_curve
from .metrics import METRICS
from .networks import OutOfTimeError
from .options import PilotOptions
from .splits import Split, draw_splits, never_tested
from .trial import Trial

CURVE_SHARE = 0.1
"""Share of the time that is kept for the learning curve."""
NO_CURVE = (
    "What more samples of the tail would bring was not measured: the time was up. Allow more time."
)
JUDGED_WITHIN = 30
"""Different test samples below which a class's recall is known to ±18 points at best."""


@dataclass(frozen=True)
class Pilot:
    """The pilot's result."""

    trials: tuple[Trial, ...]
    """In order of simplicity; only those that finished all splits."""
    names: tuple[str, ...]
    """(c,) classes that took part"""
    classes: Array
    """(c,) their positions among the classes of the whole data set"""
    groups: Array
    """(c,) 0 head, 1 medium, 2 tail"""
    counts: Array
    """(c,) samples the pilot used, to train on and, unless a test split was given, to hold out"""
    totals: Array
    """(c,) training samples of the classes in the whole file"""
    tested: Array
    """(c,) different test samples over all splits"""
    tests: Array
    """(s, c) test samples by split"""
    overlap: float
    """Test over training size where splits share the same samples, else 0 (`paired`)."""
    options: PilotOptions
    seconds: float
    described: str
    """The features, in words."""
    curve: LearningCurve | None = None
    density: Array | None = None
    """(c, b) share of each class's training samples by gradient norm under cross-entropy"""
    left_out: tuple[str, ...] = ()
    """Classes that did not take part."""
    untested: tuple[str, ...] = ()
    """Classes that train and are never tested."""
    notes: tuple[str, ...] = field(default=())
    out_of_time: tuple[str, ...] = ()
    """Names of contestants that did not finish all splits within the budget."""
    kind: str = "table"
    """``table``, or ``points``: features of images"""

    @property
    def metric(self) -> str:
        """The figure that decides."""
        return self.options.metric

    @property
    def splits(self) -> int:
        """s"""
        return len(self.tests)

    @property
    def too_few(self) -> tuple[str, ...]:
        """Tested classes with too few different test samples to judge their recall."""
        few = (self.tested > 0) & (self.tested < JUDGED_WITHIN)
        return tuple(self.names[c] for c in np.flatnonzero(few))

    @property
    def distinct(self) -> tuple[Trial, ...]:
        """The trials without those whose results are another's to the last digit."""
        return tuple(t for t in self.trials if not t.same_as)

    @property
    def settled(self) -> bool:
        """Whether every network was trained to the end."""
        return all(t.settled for t in self.trials)

    def trial(self, name: str) -> Trial:
        """By name; `KeyError` if it did not finish."""
        return {t.name: t for t in self.trials}[name]

    def plain(self, name: str) -> Trial | None:
        """The trial of the same family without a remedy, if it finished."""
        family = self.trial(name).family
        return next((t for t in self.trials if t.family == family and not t.remedy), None)

    def gain(self, name: str, metric: str, against: str, comparisons: int = 1) -> Estimate:
        """How much better a trial is than another, split by split, in the metric's unit.

        Positive is better, also for a metric of which less is better. Splits share training
        samples, so the interval is that of Nadeau & Bengio 2003 (`intervals.paired`).
        """
        difference = self.differences(name, metric, against)
        zero = np.zeros(len(difference))
        return paired(difference, zero, overlap=self.overlap, comparisons=comparisons)

    def differences(self, name: str, metric: str, against: str) -> Array:
        """(s,) by how much a trial is better than another in each split that measures both."""
        sign = -1.0 if METRICS[metric].lower_is_better else 1.0
        a, b = self.trial(name).values[metric], self.trial(against).values[metric]
        difference = sign * (a - b)
        return np.asarray(difference[np.isfinite(difference)])

    def recall_of(self, name: str) -> dict[str, float]:
        """The recall of a class by trial; NaN if it did not take part or is never tested."""
        if name not in self.names:
            return {t.name: float("nan") for t in self.trials}
        c = self.names.index(name)
        return {t.name: float(t.recall[c]) for t in self.trials}

    def recall_interval(self, name: str, c: int) -> tuple[float, float]:
        """Wilson's interval of a trial's recall of class ``c``, by its different test samples."""
        share = float(self.trial(name).recall[c])
        n = int(self.tested[c])
        return (0.0, 1.0) if np.isnan(share) else wilson(share * n, n)

    def metrics(self) -> tuple[str, ...]:
        """The metrics that exist: a group of classes may be empty."""
        return tuple(m for m in METRICS if any(np.isfinite(t.values[m]).any() for t in self.trials))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        metrics = self.metrics()
        return {
            "methods": [
                {
                    "name": t.name,
                    "label": t.label,
                    "family": t.family,
                    "remedy": t.remedy,
                    "loss": None if t.method is None else t.method.loss,
                    "deferral": None if t.method is None else t.method.deferral,
                    "recipe": t.recipe,
                    "settled": t.settled,
                    "same_as": t.same_as or None,
                    "seconds": round(t.seconds, 2),
                    "figures": {
                        m: {"splits": t.values[m], "mean": _mean(t.values[m])} for m in metrics
                    },
                }
                for t in self.trials
            ],
            "classes": [self._row(c, name) for c, name in enumerate(self.names)],
            "left_out": list(self.left_out),
            "untested": list(self.untested),
            "too_few_to_judge": list(self.too_few),
            "out_of_time": list(self.out_of_time),
            "learning_curve": None if self.curve is None else self.curve.to_dict(),
            "gradient_density": self.density,
            "options": self.options.to_dict(),
            "splits": self.splits,
            "seconds": round(self.seconds, 1),
            "features": self.described,
            "notes": list(self.notes),
        }

    def _row(self, c: int, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "samples": int(self.counts[c]),
            "samples_in_file": int(self.totals[c]),
            "tested": int(self.tested[c]),
            "group": GROUPS[self.groups[c]],
            "recall": {t.name: float(t.recall[c]) for t in self.trials},
            "recall_interval": {t.name: self.recall_interval(t.name, c) for t in self.trials},
            "auprc": {t.name: _mean(t.auprc[:, c]) for t in self.trials},
        }


def _mean(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")


def run_pilot(
    contents: Contents,
    tail: Tail,
    options: PilotOptions | None = None,
    *,
    curve: bool = True,
    progress: Progress = silent,
) -> Pilot:
    """Compare the contestants on the user's data within the time budget.

    ``tail`` gives head, medium and tail. ``curve`` also measures what more samples of the tail
    would bring to what is advised. ``progress`` may raise to cancel. Raises `DataError` where
    there is nothing to train on.
    """
    from .competition import Competition
    from .verdict import recommend  # which reads a `Pilot`

    started = time.monotonic()
    options = options or PilotOptions()
    deadline = started + options.budget
    data = _data(contents, progress)
    classes = len(data.names)
    splits = draw_splits(
        data.codes, data.copies, data.given_test, splits=options.splits, folds=options.folds
    )
    totals = contents.labels.train_counts[data.classes]
    groups = tail.groups.of_class[data.classes]
    if len(np.unique(groups)) < 2 and tail.groups.rule != "even":
        groups = group_classes(data.counts).of_class
    end = started + (1 - CURVE_SHARE if curve else 1) * options.budget
    competition = Competition(
        data, splits, chosen(options.methods, data.kind), options, groups, totals / totals.sum(),
        end, progress,
    )  # fmt: skip
    competition.run()
    if not competition.trials:
        raise DataError(
            f"Expected at least one method to finish within {options.budget:g} seconds, but none "
            "did. Allow more time, or choose fewer splits or methods."
        )
    untested = never_tested(data.codes, splits, classes)
    found = Pilot(
        trials=competition.trials,
        names=data.names,
        classes=data.classes,
        groups=groups,
        counts=data.counts,
        totals=totals,
        tested=_tested(data, splits),
        tests=np.stack([np.bincount(data.codes[s.test], minlength=classes) for s in splits]),
        overlap=_overlap(data, splits),
        options=options,
        seconds=time.monotonic() - started,
        described=data.described,
        density=competition.density,
        left_out=_left_out(contents, data),
        untested=tuple(data.names[c] for c in np.flatnonzero(untested)),
        notes=(*data.notes, _split_note(data, options), *competition.notes),
        out_of_time=competition.out_of_time,
        kind=data.kind,
    )
    advised = recommend(found, tail).method
    if curve and advised:
        try:
            found = replace(
                found,
                curve=measure_curve(
                    found.trial(advised).label,
                    partial(competition.predict, advised, deadline),
                    splits,
                    data.codes,
                    found.trial(advised).confusion,
                    groups,
                    totals,
                    found.overlap,
                    lambda share: progress("Measuring the learning curve", share),
                ),
            )
        except OutOfTimeError:
            found = replace(found, notes=(*found.notes, NO_CURVE))
    return replace(found, seconds=time.monotonic() - started)


def _data(contents: Contents, progress: Progress) -> PilotData:
    """Of annotations: their objects, cut from the images."""
    if contents.kind != "annotations":
        return pilot_data(contents, progress)
    from ..detection.crops import crop_contents

    crops = crop_contents(contents)
    try:
        data = pilot_data(crops, progress)
    finally:
        if crops.images is not None:
            crops.images.close()
    own = crops.notes[len(contents.notes) :]
    return replace(data, notes=(*own, *data.notes), described=f"{data.described}, of crops")


def _tested(data: PilotData, splits: tuple[Split, ...]) -> Array:
    """(c,) different test samples: copies count once."""
    rows = np.unique(np.concatenate([s.test for s in splits]))
    pairs = np.unique(np.stack([data.codes[rows], data.copies[rows]], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(data.names))


def _overlap(data: PilotData, splits: tuple[Split, ...]) -> float:
    """Test over training size where the splits are drawn from the same samples."""
    if not data.redrawn:
        return 0.0
    return float(np.mean([len(s.test) / len(s.train) for s in splits]))


def _left_out(contents: Contents, data: PilotData) -> tuple[str, ...]:
    labels = contents.labels
    out = np.setdiff1d(np.flatnonzero(labels.train_counts > 0), data.classes)
    return tuple(labels.names[c] for c in out)


def _split_note(data: PilotData, options: PilotOptions) -> str:
    copies = len(data.copies) - len(np.unique(data.copies))
    kept = {
        0: "",
        1: " A copy of another sample stays on its side.",
    }.get(copies, f" The {copies:,} copies of other samples stay on their side.")
    if data.redrawn:
        return (
            f"Each of {options.splits} splits holds out one of {options.folds} stratified folds; "
            f"recalls are averaged over the classes.{kept}"
        )
    return (
        "Each split is tested on its own part of the test split that came with the data, all of "
        "which is used; training samples that equal a test sample are left out."
    )
