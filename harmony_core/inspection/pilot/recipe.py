"""How the networks of a pilot are trained: chosen once, on the training part of its first split.

Each method chooses among the same few recipes by itself, on an inner split that keeps copies
together. In rounds of doubling length, half of the recipes drop out, until one is left. A recipe
counts as well as the best one if it is less than one standard error behind it (Breiman et al.
1984), and among such recipes the simplest is taken: the narrowest, then that with most decay.

The training of a method has settled at a length if twice the epochs lower its final training loss
by no more than 5 % or 0.001 nats (a mean over samples hides a rare class, so little counts). The
rate falls along a cosine over the whole length: trainings of different length all end at a rate of
zero, and their losses compare. If a loss rises instead by more than a quarter, the rate was too
high: the recipe drops out, or, if it is the last one, goes on with a quarter of the rate.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...arrays import Array
from ...config import MethodConfig
from .data import PilotData
from .metrics import METRICS, inner_score
from .networks import Trained, lockstep_groups, train_all
from .plan import Plan, Recipe
from .splits import draw_splits

__all__ = ["Plan", "batch_size", "choose", "has_risen", "has_settled"]

RATES_AND_DECAYS = ((0.2, 2e-3), (0.2, 1e-5), (0.05, 2e-3))
"""Fast with weight decay, fast with almost none, and slow, for losses with large weights.

The rates are for up to `FEATURES` features.
"""
FEATURES = 16
"""From here on rates fall with the root of the number of features: 0.2 diverges with 128 of them,
0.05 with 512."""
WIDTHS = (64, 256)
STEPS = 400
"""Steps of the first round, about, which only drops recipes; no training is shorter than two."""
MOST_STEPS, MOST_EPOCHS = 100_000, 10_000
FEWEST_EPOCHS = 5
FOLDS = 4
"""The inner split holds out one of so many folds."""
PARTS = 10
"""Parts of the inner test samples, for the standard error of a difference."""
SHARE_FELL, NATS_FELL = 0.05, 0.001
SHARE_ROSE, NATS_ROSE = 0.25, 0.01
SLOWER = 4
"""By how much the rate is lowered where a loss has risen."""
SEARCH_SHARE = 0.6
"""Share of the time in which recipes are chosen; the rest is for the splits."""
OVERHEAD = 2
"""What a step costs beside its networks, in networks."""
SLACK = 1.25
"""How much longer than expected trainings may take: other work slows the machine."""


@dataclass
class _Search:
    """The recipes of one method that are still in it, and what they have come to."""

    method: MethodConfig
    alive: list[Recipe]
    """Their epochs are those of the latest round."""
    best: Recipe | None = None
    fell: float = math.nan
    """By how much the latest doubling has lowered the loss of the best recipe, as a share."""
    settled: bool = False
    done: bool = False
    losses: dict[Recipe, float] = field(default_factory=dict)


def choose(
    data: PilotData,
    methods: Mapping[str, MethodConfig],
    train: Array,
    *,
    metric: str,
    epochs: int | None,
    seed: int,
    splits: int,
    deadline: float,
    progress: Callable[[float], None],
) -> Plan:
    """Choose recipe and length for each method on an inner split of ``train``.

    ``metric`` is what recipes are judged by, ``epochs`` a length that is not to be changed.
    ``splits`` trainings have to follow before ``deadline``, a time of `time.monotonic`: lengths
    are halved until they fit in. A method that was not seen to settle is not ``settled``.
    """
    now = time.monotonic()
    clock = _Clock(now + SEARCH_SHARE * (deadline - now), deadline, splits)
    batch = batch_size(len(train))
    per_epoch = -(-len(train) // batch)
    start = max(FEWEST_EPOCHS, round(STEPS / per_epoch))
    most = MOST_EPOCHS if epochs is not None else min(MOST_EPOCHS, MOST_STEPS // per_epoch)
    length = start if epochs is None else min(start, epochs)
    inner, held_out = _inner_split(data, train, seed)
    slower = min(1.0, math.sqrt(FEATURES / max(data.features.shape[1], 1)))
    every = [
        Recipe(float(f"{rate * slower:.2g}"), decay, width, batch, length)
        for width in WIDTHS
        for rate, decay in RATES_AND_DECAYS
    ]
    searches = {name: _Search(method, every) for name, method in methods.items()}
    while True:
        working = [s for s in searches.values() if not s.done]
        work = [(s, r) for s in working for r in s.alive]
        if not work or (length > most and length > start):
            break
        if not clock.allows([r for _, r in work], searches.values()):
            break
        began = time.monotonic()
        results = train_all(
            data, inner, held_out, [(s.method, r) for s, r in work], seed, clock.until, progress
        )
        ready = [r for (_, r), result in zip(work, results, strict=True) if result is not None]
        clock.learn(ready, time.monotonic() - began)
        found = dict(zip([(id(s), r) for s, r in work], results, strict=True))
        for search in working:
            own = {r: t for r in search.alive if (t := found[id(search), r]) is not None}
            if own and (len(own) == len(search.alive) or search.best is None):
                _judge(search, own, data.codes[held_out], metric, epochs, 2 * start)
        if None in results:
            break  # cut short
        length = _following(length, epochs)
        for search in working:
            search.alive = [replace(r, epochs=length) for r in search.alive]
    return _plan(searches, every[0], clock, epochs, metric)


def batch_size(samples: int) -> int:
    """A power of two near 1/64 of the samples, from 32 to 512, and a quarter of them at most.

    A step costs little more with 256 samples than with 64, and is less noisy.

    >>> [batch_size(n) for n in (40, 1_000, 10_000, 100_000)]
    [10, 32, 128, 512]
    """
    near = int(2.0 ** round(math.log2(max(samples, 1) / 64)))
    return max(2, min(max(32, min(near, 512)), samples // 4))


def has_settled(shorter: float, longer: float) -> bool:
    """Whether a loss no longer falls: ``longer`` is that after twice the epochs, in nats.

    >>> has_settled(1.0, 0.9), has_settled(1.0, 0.96), has_settled(0.002, 0.0012)
    (False, True, True)
    """
    fell = shorter - longer
    return math.isfinite(fell) and fell <= max(SHARE_FELL * shorter, NATS_FELL)


def has_risen(shorter: float, longer: float) -> bool:
    """Whether twice the epochs made a loss worse: the rate is too high for so long a training.

    >>> has_risen(0.002, 0.37), has_risen(0.002, 0.004), has_risen(1.0, 1.1)
    (True, False, False)
    """
    return not longer <= (1 + SHARE_ROSE) * shorter + NATS_ROSE


def _inner_split(data: PilotData, train: Array, seed: int) -> tuple[Array, Array]:
    none = np.zeros(len(train), dtype=bool)
    inner = draw_splits(
        data.codes[train], data.copies[train], none, splits=1, folds=FOLDS, tag=f"recipe {seed}"
    )
    if not inner or not len(inner[0].test):  # nothing can be held out: judged on itself
        return train, train
    return train[inner[0].train], train[inner[0].test]


def _following(length: int, epochs: int | None) -> int:
    """The length of the next round: twice this one, but not past a length that was asked for."""
    return min(2 * length, epochs) if epochs is not None and length < epochs else 2 * length


def _judge(
    search: _Search,
    results: Mapping[Recipe, Trained],
    targets: Array,
    metric: str,
    epochs: int | None,
    least: int,
) -> None:
    """Rank the recipes of a round, drop half, and see whether the best has settled.

    ``least`` are the fewest epochs at which it may have.
    """
    if epochs is None:
        stable = {
            r: t
            for r, t in results.items()
            if not has_risen(search.losses.get(replace(r, epochs=0), math.inf), t.loss)
        }
        if not stable and search.best is not None:
            slower = next(iter(results))
            search.alive = [replace(slower, rate=float(f"{slower.rate / SLOWER:.2g}"))]
            return
        results = stable or results
    ranked = _ranked(results, targets, metric)
    best = ranked[0]
    if epochs is not None and best.epochs > epochs:
        # A round past the length that was asked for only tells whether that one was enough.
        best = next(r for r in ranked if search.best == replace(r, epochs=epochs))
    losses = {replace(r, epochs=0): t.loss for r, t in results.items()}
    key = replace(best, epochs=0)
    before, after = search.losses.get(key, math.nan), losses[key]
    search.fell = (before - after) / before if before > 0 else math.nan
    enough = best.epochs >= 2 * least if epochs is None else best.epochs > epochs
    search.settled = enough and has_settled(before, after)
    if epochs is None:
        search.best = replace(best, epochs=best.epochs // 2) if search.settled else best
        search.done = search.settled
    else:
        search.done = best.epochs > epochs
        search.best = search.best if search.done else best
    search.losses = losses
    search.alive = ranked[: max(1, len(ranked) // 2)]


def _ranked(results: Mapping[Recipe, Trained], targets: Array, metric: str) -> list[Recipe]:
    """Recipes from the best down; of those that are as good as the best, the simplest first."""
    order = np.argsort(targets, kind="stable")
    parts = [order[k::PARTS] for k in range(min(PARTS, len(targets)))]

    def score(recipe: Recipe, rows: Array) -> float:
        found = results[recipe]
        if not math.isfinite(found.loss):
            return -math.inf
        value = inner_score(metric, found.log_probabilities[rows], targets[rows])
        return value if math.isfinite(value) else -math.inf

    whole = {r: score(r, order) for r in results}
    best = max(results, key=lambda r: whole[r])
    of_best = np.array([score(best, rows) for rows in parts])

    def is_alike(recipe: Recipe) -> bool:
        if not math.isfinite(whole[recipe]):
            return False
        behind = of_best - np.array([score(recipe, rows) for rows in parts])
        error = behind.std(ddof=1) / math.sqrt(len(parts)) if len(parts) > 1 else 0.0
        return whole[best] - whole[recipe] <= error

    alike = {r: is_alike(r) for r in results}
    return sorted(
        results,
        key=lambda r: (0, r.hidden, -r.decay, -whole[r]) if alike[r] else (1, -whole[r], 0, 0),
    )


class _Clock:
    """How long trainings take, from those that were seen, and whether more of them fit in."""

    def __init__(self, until: float, deadline: float, splits: int) -> None:
        self.until, self.deadline, self.splits = until, deadline, splits
        self._unit = math.nan

    def learn(self, recipes: Sequence[Recipe], took: float) -> None:
        """Told the seconds that a training of all recipes took."""
        if recipes:
            self._unit = took / _cost(recipes)

    def allows(self, recipes: Sequence[Recipe], searches: Iterable[_Search]) -> bool:
        """Whether a round and then all splits can be trained in time; unknown is yes.

        The splits at the length before, which is used if the round shows that it was enough.
        """
        if math.isnan(self._unit):
            return True
        ends = time.monotonic() + SLACK * self._unit * _cost(recipes)
        after = self._for_splits(s.best for s in searches)
        return ends <= self.until and ends + after <= self.deadline

    def shorten(self, recipes: dict[str, Recipe], settled: dict[str, bool]) -> None:
        """Halve the longest trainings until all splits fit in the time."""
        if math.isnan(self._unit):
            return
        left = self.deadline - time.monotonic()
        while self._for_splits(recipes.values()) > left:
            longest = max(recipes, key=lambda name: _cost([recipes[name]]))
            if recipes[longest].epochs <= FEWEST_EPOCHS:
                return
            recipes[longest] = replace(recipes[longest], epochs=recipes[longest].epochs // 2)
            settled[longest] = False

    def _for_splits(self, recipes: Iterable[Recipe | None]) -> float:
        """Seconds that all splits take."""
        return SLACK * self._unit * self.splits * _cost([r for r in recipes if r is not None])


def _cost(recipes: Sequence[Recipe]) -> float:
    """What a training costs, in no unit: four times the width takes about twice as long."""
    return sum(
        recipes[group[0]].epochs * math.sqrt(recipes[group[0]].hidden) * (OVERHEAD + len(group))
        for group in lockstep_groups(recipes)
    )


def _plan(
    searches: Mapping[str, _Search],
    fallback: Recipe,
    clock: _Clock,
    epochs: int | None,
    metric: str,
) -> Plan:
    recipes = {name: s.best or fallback for name, s in searches.items()}
    settled = {name: s.settled and s.best is not None for name, s in searches.items()}
    if epochs is not None:
        recipes = {name: replace(r, epochs=epochs) for name, r in recipes.items()}
    else:
        clock.shorten(recipes, settled)
    described = {name: _described(recipes[name], settled[name], searches[name]) for name in recipes}
    return Plan(recipes, settled, described, _notes(settled, metric, epochs))


def _described(recipe: Recipe, settled: bool, search: _Search) -> str:
    if settled:
        return f"{recipe.describe()}; trained to the end"
    fell = f": twice the epochs lowered its loss by {search.fell:.0%}" if search.fell > 0 else ""
    return f"{recipe.describe()}; not trained to the end{fell}"


def _notes(settled: Mapping[str, bool], metric: str, epochs: int | None) -> tuple[str, ...]:
    few = len(RATES_AND_DECAYS) * len(WIDTHS)
    length = (
        "each trains until twice the epochs would lower its training loss by no more than "
        f"{SHARE_FELL:.0%} or {NATS_FELL:g} nats"
        if epochs is None
        else f"each trains for the {epochs:,} epochs that were asked for"
    )
    notes = [
        f"For each loss one of {few} recipes for its network (learning rate, weight decay, width) "
        f"is chosen by {METRICS[metric].title.lower()} on an inner split; {length}."
    ]
    open_ended = sum(not done for done in settled.values())
    if open_ended:
        more = "time" if epochs is None else "epochs or more time"
        notes.append(
            f"The training of {open_ended} of {len(settled)} losses was not seen to settle: the "
            f"losses do not compare yet. Allow more {more}."
        )
    return tuple(notes)
