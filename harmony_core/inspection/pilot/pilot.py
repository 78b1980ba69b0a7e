"""Train several methods on the user's data for some seconds, over several seeds.

All methods see the same data, initial weights and batches (`training.Lockstep`); each seed has its
own held-out part, and classes count the same whatever their size. It is a small network on simple
features, so its accuracy is a floor; what it compares is the methods.

Axes: s seeds, m methods, c classes, b bins of the gradient norm.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...analysis.accuracy import group_recall, recall
from ...analysis.intervals import Estimate, paired
from ...arrays import Array
from ...config import MethodConfig
from ...readers.contents import Contents
from ...readers.messages import Progress, silent
from ..tail.groups import GROUPS, group_classes
from ..tail.statistics import Tail
from .data import FEWEST, PilotData, pilot_data
from .learning_curve import LearningCurve, measure_curve
from .training import BASE, METHODS, STEPS, final_frames, pilot_config

SEEDS = 10
LARGE = 2_000
"""Training samples from which fewer seeds will do, as each tells more."""
JUDGED_WITHIN = 12
"""Different held-out samples below which a class's recall is known to ±25 points at best."""


@dataclass(frozen=True)
class Trial:
    """The results of one method over the seeds."""

    label: str
    method: MethodConfig
    confusion: Array
    """(s, c, c) test counts, rows true"""
    density: Array
    """(c, b) share of each class's training samples by gradient norm, in the last epoch"""

    def figure(self, name: str, groups: Array) -> Array:
        """(s,) balanced accuracy, or mean recall of a group; NaN for an empty one."""
        recalls = np.stack([recall(c) for c in self.confusion])
        if name == "balanced_accuracy":
            return np.asarray(np.nanmean(recalls, axis=1))
        return np.array([group_recall(r, groups)[GROUPS.index(name)] for r in recalls])

    @property
    def recall(self) -> Array:
        """(c,) recall over all seeds' test samples."""
        return recall(self.confusion.sum(axis=0))


@dataclass(frozen=True)
class Pilot:
    """The pilot's result."""

    trials: tuple[Trial, ...]
    names: tuple[str, ...]
    """(c,) classes that took part"""
    classes: Array
    """(c,) their positions among the classes of the whole data set"""
    groups: Array
    """(c,) 0 head, 1 medium, 2 tail"""
    counts: Array
    """(c,) samples they had, to train on and, unless a test split was given, to hold out"""
    tested: Array
    """(c,) different held-out samples over all seeds"""
    overlap: dict[str, float]
    """Test over training size by figure where seeds draw splits of the same samples; else 0."""
    seeds: int
    epochs: int
    seconds: float
    described: str
    curve: LearningCurve | None = None
    left_out: tuple[str, ...] = ()
    """Classes with too few samples to take part."""
    notes: tuple[str, ...] = field(default=())

    @property
    def too_few(self) -> tuple[str, ...]:
        """Classes that took part but have too few test samples to judge their recall."""
        return tuple(self.names[c] for c in np.flatnonzero(self.tested < JUDGED_WITHIN))

    def trial(self, label: str) -> Trial:
        """By label."""
        return next(t for t in self.trials if t.label == label)

    def gain(self, label: str, figure: str, against: str = BASE, comparisons: int = 1) -> Estimate:
        """A method's figure minus another's, seed by seed."""
        a = self.trial(label).figure(figure, self.groups)
        b = self.trial(against).figure(figure, self.groups)
        return paired(a, b, overlap=self.overlap[figure], comparisons=comparisons)

    def recall_of(self, name: str) -> dict[str, float]:
        """The recall of a class by method; NaN if it did not take part."""
        if name not in self.names:
            return {t.label: float("nan") for t in self.trials}
        c = self.names.index(name)
        return {t.label: float(t.recall[c]) for t in self.trials}

    def figures(self) -> tuple[str, ...]:
        """The figures that exist: a group may be empty."""
        present = [g for i, g in enumerate(GROUPS) if (self.groups == i).any()]
        return ("balanced_accuracy", *present)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "methods": [
                {
                    "label": t.label,
                    "loss": t.method.loss,
                    "deferral": t.method.deferral,
                    **{
                        name: {
                            "seeds": t.figure(name, self.groups),
                            "mean": float(t.figure(name, self.groups).mean()),
                            "gain": None if t.label == BASE else self.gain(t.label, name).to_dict(),
                        }
                        for name in self.figures()
                    },
                    "gradient_density": t.density,
                }
                for t in self.trials
            ],
            "classes": [
                {
                    "name": name,
                    "samples": int(self.counts[c]),
                    "held_out": int(self.tested[c]),
                    "group": GROUPS[self.groups[c]],
                    "recall": {t.label: float(t.recall[c]) for t in self.trials},
                }
                for c, name in enumerate(self.names)
            ],
            "left_out": list(self.left_out),
            "too_few_to_judge": list(self.too_few),
            "learning_curve": None if self.curve is None else self.curve.to_dict(),
            "seeds": self.seeds,
            "epochs": self.epochs,
            "seconds": round(self.seconds, 1),
            "features": self.described,
            "notes": list(self.notes),
        }

    def table(self) -> list[str]:
        """The figures as lines of text, in percent, mean ± spread over the seeds."""
        figures = self.figures()
        titles = {"balanced_accuracy": "balanced accuracy"}
        head = f"{'pilot':<18}" + "".join(f"{titles.get(f, f):>19}" for f in figures)
        lines = [head]
        for t in self.trials:
            cells = []
            for name in figures:
                v = t.figure(name, self.groups)
                spread = v.std(ddof=1) if len(v) > 1 else 0.0
                cells.append(f"{100 * v.mean():.1f} ± {100 * spread:.1f}")
            lines.append(f"{t.label:<18}" + "".join(f"{cell:>19}" for cell in cells))
        lines.append(
            f"({self.seeds} seeds, {self.epochs} epochs, {self.described}, {self.seconds:.0f} s)"
        )
        return [*lines, *(f"Note: {note}" for note in self.notes)]


def run_pilot(
    contents: Contents,
    tail: Tail,
    *,
    seeds: int | None = None,
    steps: int = STEPS,
    curve: bool = True,
    progress: Progress = silent,
) -> Pilot:
    """Train all of `METHODS` on ``seeds`` held-out splits (10, for large data 5).

    Raises `DataError` where there is nothing to train on.

    ``tail`` gives head, medium and tail. ``curve`` also measures what more tail samples would
    bring. ``progress`` may raise to cancel.
    """
    started = time.monotonic()
    if seeds is None:
        seeds = SEEDS if contents.labels.train_counts.sum() < LARGE else 5
    data = pilot_data(contents, seeds, progress)
    progress("Getting ready to train", 0.0)
    groups = tail.groups.of_class[data.classes]
    if len(np.unique(groups)) < 2 and tail.groups.rule != "even":
        groups = group_classes(data.counts).of_class
    confusions: list[list[Array]] = [[] for _ in METHODS]
    densities: list[list[Array]] = [[] for _ in METHODS]
    tested = np.zeros(len(data.codes), dtype=bool)
    sizes = []
    share = 0.7 if curve else 1.0
    epochs = 0
    for seed in range(seeds):
        train, test = data.split(seed, seeds)
        tested[test] = True
        sizes.append(_sizes(data, train, test))
        config = pilot_config(tuple(METHODS.values()), len(train), seed, steps)
        epochs = config.epochs

        def report(done: float, seed: int = seed) -> None:
            progress("Training the pilot", share * (seed + done) / seeds)

        for m, frame in enumerate(final_frames(config, data, train, test, report)):
            confusions[m].append(frame.confusion)
            densities[m].append(frame.grad_counts)
    trials = tuple(
        Trial(label, method, np.stack(confusions[m]), _density(densities[m]))
        for m, (label, method) in enumerate(METHODS.items())
    )
    found = Pilot(
        trials=trials,
        names=data.names,
        classes=data.classes,
        groups=groups,
        counts=data.counts,
        tested=np.bincount(data.codes[tested], minlength=len(data.names)),
        overlap=_overlap(data, sizes, groups),
        seeds=seeds,
        epochs=epochs,
        seconds=time.monotonic() - started,
        described=data.described,
        left_out=_left_out(contents, data),
        notes=(*data.notes, _split_note(data)),
    )
    if not curve or not (groups == 2).any():
        return found
    best = max(METHODS, key=lambda label: float(found.trial(label).figure("tail", groups).mean()))

    def report_curve(done: float) -> None:
        progress("Measuring the learning curve", share + (1 - share) * done)

    full = found.trial(best).figure("tail", groups)
    overlap = found.overlap["tail"]
    measured = measure_curve(data, best, full, groups, found.counts, overlap, steps, report_curve)
    return replace(found, curve=measured, seconds=time.monotonic() - started)


def _density(parts: list[Array]) -> Array:
    counts = np.sum(parts, axis=0)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _sizes(data: PilotData, train: Array, test: Array) -> Array:
    """(2, c) training and test samples."""
    c = len(data.names)
    return np.stack([np.bincount(data.codes[rows], minlength=c) for rows in (train, test)])


def _overlap(data: PilotData, sizes: list[Array], groups: Array) -> dict[str, float]:
    """Test over training size of the classes each figure rests on; 0 for a test split given."""
    train, test = np.mean(sizes, axis=0)
    parts = {"balanced_accuracy": np.ones(len(groups), dtype=bool)}
    parts |= {name: groups == g for g, name in enumerate(GROUPS)}
    # A figure is a mean over classes, so the class-wise ratios are averaged.
    return {
        name: float((test[at] / train[at]).mean()) if data.redrawn and at.any() else 0.0
        for name, at in parts.items()
    }


def _left_out(contents: Contents, data: PilotData) -> tuple[str, ...]:
    labels = contents.labels
    small = np.flatnonzero(labels.train_counts < FEWEST)
    return tuple(labels.names[c] for c in small)


def _split_note(data: PilotData) -> str:
    if data.redrawn:
        return (
            "Each seed holds out a third of every class (100 at most); recalls are averaged over "
            "the classes, so each counts the same."
        )
    return "Each seed is tested on its own part of the test split that came with the data."
