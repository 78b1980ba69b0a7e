"""The networks of the pilot, trained on one split; methods of one recipe train in lockstep.

Axes: n training samples, t test samples, d features, c classes, b bins of the gradient norm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...config import ExperimentConfig, MethodConfig, ModelConfig, RecordConfig, Seeds, quick_recipe
from ...data.dataset import LongTailedDataset
from ...frames import Frame
from .data import PilotData
from .plan import Plan, Recipe

BINS = 20
FLOOR = -30.0
"""Natural log of the probability of a class without a training sample."""
AT_ONCE = 15
"""Networks of one lockstep, at most: an experiment has no more than 16 methods."""
WARMUP = 0.05
"""Share of the epochs in which the rate rises."""


@dataclass(frozen=True)
class Fitted:
    """What the networks of one split say."""

    log_probabilities: dict[str, Array]
    """By name, (t, c)"""
    density: Array | None
    """(c, b) counts of training samples by gradient norm under cross-entropy, if it is one"""


@dataclass(frozen=True)
class Trained:
    """What is kept of a network."""

    log_probabilities: Array
    """(t, c) of the test samples"""
    loss: float
    """Mean over the last epoch of what it minimised, without weight decay, in nats"""
    density: Array
    """(c, b) counts of training samples by gradient norm in the last epoch"""


class OutOfTimeError(Exception):
    """Training was given up at its deadline."""


def fit(
    data: PilotData,
    methods: Mapping[str, MethodConfig],
    train: Array,
    test: Array,
    seed: int,
    plan: Plan,
    deadline: float,
    progress: Callable[[float], None],
) -> Fitted:
    """Train all ``methods`` (by name) on ``train``, to the end of ``plan`` (`recipe.choose`).

    The networks asked about ``test`` are those at the end of training. ``progress`` gets the share
    that is done. ``deadline`` is a time of `time.monotonic`; past it, raises `OutOfTimeError`.
    """
    work = [(method, plan.recipes[name]) for name, method in methods.items()]
    found: dict[str, Trained] = {}
    for name, result in zip(
        methods, train_all(data, train, test, work, seed, deadline, progress), strict=True
    ):
        if result is None:
            raise OutOfTimeError
        found[name] = result
    plain = next((n for n, m in methods.items() if m == MethodConfig()), None)
    return Fitted(
        {name: result.log_probabilities for name, result in found.items()},
        None if plain is None else found[plain].density,
    )


def train_all(
    data: PilotData,
    train: Array,
    test: Array,
    work: Sequence[tuple[MethodConfig, Recipe]],
    seed: int,
    deadline: float,
    progress: Callable[[float], None],
) -> list[Trained | None]:
    """Train networks on ``train`` and ask them about ``test``; ``None`` for those cut short.

    Networks whose recipes differ in nothing but the decay are trained in lockstep: from the same
    initial weights on the same batches (`training.Lockstep`). ``deadline`` is a time of
    `time.monotonic`. Raises `DataError` unless two classes have training samples.
    """
    found: list[Trained | None] = [None] * len(work)
    groups = lockstep_groups([recipe for _, recipe in work])
    costs = [len(group) * work[group[0]][1].epochs for group in groups]
    done = 0
    for group, cost in zip(groups, costs, strict=True):

        def report(share: float, before: int = done, own: int = cost) -> None:
            progress((before + own * share) / sum(costs))

        results = _lockstep(data, train, test, [work[i] for i in group], seed, deadline, report)
        for i, result in zip(group, results, strict=True):
            found[i] = result
        done += cost
    return found


def lockstep_groups(recipes: Sequence[Recipe]) -> list[list[int]]:
    """Positions of the networks that train in lockstep, at most `AT_ONCE` together."""
    alike: dict[Recipe, list[int]] = {}
    for i, recipe in enumerate(recipes):
        alike.setdefault(replace(recipe, decay=0.0), []).append(i)
    return [
        group[start : start + AT_ONCE]
        for group in alike.values()
        for start in range(0, len(group), AT_ONCE)
    ]


def _lockstep(
    data: PilotData,
    train: Array,
    test: Array,
    work: list[tuple[MethodConfig, Recipe]],
    seed: int,
    deadline: float,
    report: Callable[[float], None],
) -> list[Trained | None]:
    """Train networks that share all but the decay."""
    from ...training.lockstep import Lockstep

    nothing: list[Trained | None] = [None] * len(work)
    if time.monotonic() >= deadline:
        return nothing
    recipe = work[0][1]
    present, first, codes = np.unique(data.codes[train], return_index=True, return_inverse=True)
    dataset = LongTailedDataset(
        name="pilot",
        kind=data.kind,
        train_inputs=np.ascontiguousarray(data.features[train], dtype=np.float32),
        train_targets=codes.astype(np.int64),
        # The engine judges a sample of each class only: the test samples may lack a class.
        test_inputs=np.ascontiguousarray(data.features[train[first]], dtype=np.float32),
        test_targets=np.arange(len(present)),
        class_names=tuple(data.names[c] for c in present),
    )
    config = ExperimentConfig(
        model=ModelConfig("mlp", {"hidden": recipe.hidden, "depth": 1}),
        methods=tuple(replace(method, weight_decay=own.decay) for method, own in work),
        optim=replace(
            quick_recipe(recipe.batch), lr=recipe.rate, weight_decay=recipe.decay,
            warmup_epochs=int(np.ceil(WARMUP * recipe.epochs)),
        ),
        epochs=recipe.epochs,
        seeds=Seeds(data=seed, init=seed, order=seed),
        device="cpu",
        record=RecordConfig(every=recipe.epochs, grid=8, tracked=0, bins=BINS),
    )  # fmt: skip
    with _one_thread():
        run = Lockstep(config, dataset)
        last: list[Frame] = []
        for frames in run.run(lambda: time.monotonic() >= deadline):
            last = frames or last
            report(run.epoch / run.epochs)
        if run.epoch < run.epochs:
            return nothing
        asked = np.ascontiguousarray(data.features[test], dtype=np.float32)
        said = run.log_probabilities(asked).astype(np.float64)
    results: list[Trained | None] = []
    for own, frame in zip(said, last, strict=True):
        known = np.full((len(test), len(data.names)), FLOOR)
        known[:, present] = np.where(np.isfinite(own), np.maximum(own, FLOOR), FLOOR)
        density = np.zeros((len(data.names), BINS))
        density[present] = frame.grad_counts
        results.append(Trained(known, frame.train_loss, density))
    return results


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold torch to one thread: a network this small spends more time waiting for threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
