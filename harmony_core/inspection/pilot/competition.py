"""All contestants on all splits, within a time budget.

A contestant counts only with all its splits. scikit-learn's train first, with half of the time
where networks are to follow; what they leave goes to those that were waiting. Axes: s splits, n
samples, c classes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...arrays import Array
from ...readers.threads import one_thread
from . import networks, recipe
from .contestants import CONTESTANTS
from .contestants.spec import Contestant
from .data import PilotData
from .metrics import Predictions, measure
from .networks import OutOfTimeError
from .options import PilotOptions
from .splits import Split
from .task import SplitTask
from .trial import Trial

NETWORK_SHARE = 0.45
"""Share of the time that is kept for networks."""
TURNS = ("linear", "boosting", "forest")
"""Families by how much they tell for the time they take; others follow."""
Report = Callable[[str, float], None]


@dataclass
class _Entry:
    """A contestant on its way through the splits."""

    contestant: Contestant
    measured: list[tuple[Array, dict[str, float], Array]] = field(default_factory=list)
    seconds: float = 0.0


class Competition:
    """Runs the contestants; `trials` are those that finished."""

    def __init__(
        self,
        data: PilotData,
        splits: tuple[Split, ...],
        chosen: tuple[Contestant, ...],
        options: PilotOptions,
        groups: Array,
        priors: Array,
        deadline: float,
        report: Report,
    ) -> None:
        """``report`` gets a text and the share of the work that is done; it may raise."""
        self.data, self.splits, self.options = data, splits, options
        self._groups, self._priors = groups, priors
        self._report, self._deadline = report, deadline
        self._until = deadline
        self._started = time.monotonic()
        self._notes: dict[str, dict[str, Any]] = {}
        self._entries = {c.name: _Entry(c) for c in chosen}
        self._message = ""
        self._tasks = [
            SplitTask(data, s.train, s.test, s.seed, options.metric, self._notes, self._check)
            for s in splits
        ]
        self._plan: recipe.Plan | None = None
        self._density: list[Array] = []

    def run(self) -> None:
        """Train all of them, or as many as the time allows."""
        nets = [e for e in self._entries.values() if e.contestant.fit is None]
        others = [e for e in self._entries.values() if e.contestant.fit is not None]
        on_nets = [e for e in others if e.contestant.family == "network"]
        wanted = {e.contestant.name: e.contestant for e in nets}
        wanted |= {e.contestant.plain: CONTESTANTS[e.contestant.plain] for e in on_nets}
        first = sorted((e for e in others if e not in on_nets), key=_turn)
        left = self._deadline - time.monotonic()
        with one_thread():
            self._all(first, self._deadline - (NETWORK_SHARE * left if wanted else 0))
            if wanted:
                self._networks(tuple(wanted.values()), first)
                self._all((*on_nets, *first), self._deadline)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Of the contestants that finished all splits, in order of simplicity."""
        found: list[Trial] = []
        for entry in self._entries.values():
            if len(entry.measured) == len(self.splits):
                made = self._trial(entry)
                twin = next((t.name for t in found if not t.same_as and _equal(t, made)), "")
                found.append(replace(made, same_as=twin))
        return tuple(found)

    @property
    def out_of_time(self) -> tuple[str, ...]:
        """Names of those that did not."""
        total = len(self.splits)
        return tuple(n for n, e in self._entries.items() if len(e.measured) < total)

    @property
    def density(self) -> Array | None:
        """(c, b) share of each class's training samples by gradient norm, under cross-entropy."""
        if not self._density:
            return None
        counts = np.sum(self._density, axis=0)
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))

    @property
    def notes(self) -> tuple[str, ...]:
        """About how the networks were trained."""
        return () if self._plan is None else self._plan.notes

    def predict(self, name: str, deadline: float, train: Array, test: Array, seed: int) -> Array:
        """(n_test, c) log-probabilities of a contestant that has run, on other training samples.

        Raises `OutOfTimeError` at the deadline.
        """
        self._until = deadline
        contestant = CONTESTANTS[name]
        task = SplitTask(
            self.data, train, test, seed, self.options.metric, self._notes, self._check
        )
        net = contestant if contestant.fit is None else CONTESTANTS.get(contestant.plain)
        if net is not None and net.fit is None:
            assert net.method is not None
            assert self._plan is not None
            fitted = networks.fit(
                self.data, {net.name: net.method}, train, test, seed, self._plan, deadline,
                lambda _: self._check(),
            )  # fmt: skip
            task.known.update(fitted.log_probabilities)
        with one_thread():
            return task.of(name)

    def _all(self, entries: Iterable[_Entry], until: float) -> None:
        """Each contestant over all splits, until a time; what is unfinished can go on later."""
        self._until = until
        for entry in entries:
            self._message = f"Training {entry.contestant.label}"
            name, last = entry.contestant.name, 0.0
            while (done := len(entry.measured)) < len(self.splits):
                task, left = self._tasks[done], len(self.splits) - done
                if name not in task.known and time.monotonic() + left * last > until:
                    break
                started = time.monotonic()
                try:
                    said = task.of(name)
                except OutOfTimeError:
                    break
                spent = time.monotonic() - started
                # The first split also chooses settings, so it tells little about the others.
                last = spent if done else 0.0
                entry.seconds += spent
                self._take(entry, done, said)

    def _networks(self, wanted: tuple[Contestant, ...], others: list[_Entry]) -> None:
        """Choose the recipes, then train all networks split by split.

        If training does not settle in the time, nothing can be said about losses: then the
        ``others`` go first.
        """
        self._until = self._deadline
        self._message = "Training networks"
        methods = {c.name: c.method for c in wanted if c.method is not None}
        try:
            self._plan = recipe.choose(
                self.data, methods, self.splits[0].train,
                metric=self.options.metric, epochs=self.options.epochs,
                seed=self.splits[0].seed, splits=len(self.splits), deadline=self._deadline,
                progress=lambda _: self._check(),
            )  # fmt: skip
            if not all(self._plan.settled.values()):
                self._all(others, self._deadline)
            self._message = "Training networks"
            for i, split in enumerate(self.splits):
                started = time.monotonic()
                fitted = networks.fit(
                    self.data, methods, split.train, split.test, split.seed, self._plan,
                    self._deadline, lambda _: self._check(),
                )  # fmt: skip
                if fitted.density is not None:
                    self._density.append(fitted.density)
                for name, said in fitted.log_probabilities.items():
                    self._tasks[i].known[name] = said
                    if name in self._entries:
                        entry = self._entries[name]
                        entry.seconds += (time.monotonic() - started) / len(methods)
                        self._take(entry, i, said)
        except OutOfTimeError:
            return

    def _take(self, entry: _Entry, split: int, said: Array) -> None:
        """Measure what a contestant says about a split; only what others build on is kept."""
        predictions = Predictions(
            said, self.data.codes[self.splits[split].test], self._priors, self._groups
        )
        values, areas = measure(predictions)
        entry.measured.append((predictions.confusion, values, areas))
        if entry.contestant.plain:
            del self._tasks[split].known[entry.contestant.name]

    def _check(self) -> None:
        now = time.monotonic()
        share = (now - self._started) / max(self._deadline - self._started, 1e-9)
        done = sum(len(e.measured) for e in self._entries.values())
        work = done / max(len(self._entries) * len(self.splits), 1)
        self._report(self._message, min(max(share, work), 1.0))
        if now > self._until:
            raise OutOfTimeError

    def _trial(self, entry: _Entry) -> Trial:
        c, plan = entry.contestant, self._plan
        net = c.fit is None and plan is not None
        confusions, values, areas = zip(*entry.measured, strict=True)
        return Trial(
            name=c.name, label=c.label, family=c.family, simplicity=c.simplicity, remedy=c.remedy,
            method=c.method, confusion=np.stack(confusions),
            values={m: np.array([v[m] for v in values]) for m in values[0]},
            auprc=np.stack(areas),
            settled=plan is None or plan.settled.get(c.name, plan.settled.get(c.plain, True)),
            recipe=(
                plan.described.get(c.name, "") if net and plan is not None
                else str(self._notes.get(c.name, {}).get("recipe", ""))
            ),
            seconds=entry.seconds,
        )  # fmt: skip


def _turn(entry: _Entry) -> tuple[bool, int, int]:
    """Plain, balanced and adjusted ones first; those that train several times come last."""
    c = entry.contestant
    place = TURNS.index(c.family) if c.family in TURNS else len(TURNS)
    return c.remedy in ("thresholds", "resampled"), place, c.simplicity


def _equal(a: Trial, b: Trial) -> bool:
    """Whether two trials agree in every confusion and every figure."""
    return np.array_equal(a.confusion, b.confusion) and all(
        np.allclose(a.values[m], b.values[m], rtol=1e-9, atol=1e-12, equal_nan=True)
        for m in a.values
    )
