"""How the pilot's networks find their recipe and their length."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harmony_core.arrays import Array
from harmony_core.config import MethodConfig
from harmony_core.inspection.pilot import recipe
from harmony_core.inspection.pilot.contestants.network import NETWORKS
from harmony_core.inspection.pilot.data import PilotData
from harmony_core.inspection.pilot.networks import Trained, fit
from harmony_core.inspection.pilot.plan import Plan, Recipe

METHODS = {c.name: c.method for c in NETWORKS if c.method is not None}
PLAIN = {"network": METHODS["network"]}


def made(features: Array, codes: Array) -> PilotData:
    n, c = len(codes), codes.max() + 1
    return PilotData(
        features.astype(np.float32), codes, tuple(f"class {i}" for i in range(c)), np.arange(c),
        np.zeros(n, dtype=bool), "features", "table", np.arange(n), np.arange(n), (),
    )  # fmt: skip


def rules(copies: int = 3) -> PilotData:
    """A table without noise: three nominal columns decide the class, one of 2 % is rare."""
    rows = np.array(list(itertools.product(range(4), range(4), range(3))) * copies)
    codes = np.where(rows[:, 0] == rows[:, 1], 1, 0)
    codes[(rows[:, 0] == 3) & (rows[:, 1] == 2) & (rows[:, 2] == 1)] = 2
    return made(np.concatenate([np.eye(4)[rows[:, i]] for i in range(3)], axis=1), codes)


def noise() -> PilotData:
    """Overlapping clouds, 140 samples in all."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), (90, 30, 20))
    return made(rng.normal(size=(len(codes), 4)) + codes[:, None], codes)


def chosen(
    data: PilotData,
    methods: dict[str, MethodConfig],
    train: Array | None = None,
    **options: Any,
) -> Plan:
    given: dict[str, Any] = {
        "metric": "balanced_accuracy", "epochs": None, "seed": 0, "splits": 1,
        "deadline": math.inf, "progress": lambda _: None, **options,
    }  # fmt: skip
    return recipe.choose(data, methods, np.arange(len(data.codes)) if train is None else train,
                         **given)  # fmt: skip


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "STEPS", 100)


@pytest.fixture
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Time that passes by so many seconds each time that somebody looks."""

    def start(step: float) -> None:
        ticks = itertools.count()
        monkeypatch.setattr(time, "monotonic", lambda: step * next(ticks))

    return start


def test_without_noise_every_loss_is_trained_until_all_classes_are_known() -> None:
    data = rules()
    everything = np.arange(len(data.codes))
    plan = chosen(data, METHODS)
    assert set(plan.settled.values()) == {True}
    found = fit(data, METHODS, everything, everything, 0, plan, math.inf, lambda _: None)
    for name, said in found.log_probabilities.items():
        right = said.argmax(axis=1) == data.codes
        assert right.all(), name
        assert "trained to the end" in plan.described[name]
    assert len(plan.notes) == 1


def test_the_rest_of_the_data_is_not_looked_at() -> None:
    data = noise()
    train = np.flatnonzero(np.arange(len(data.codes)) % 4 > 0)
    other = noise()
    other.features[np.arange(len(data.codes)) % 4 == 0] = 7.0
    one, two = (chosen(d, PLAIN, train, epochs=4) for d in (data, other))
    assert one == two


def test_methods_choose_by_themselves() -> None:
    alone = chosen(noise(), PLAIN, epochs=8).recipes["network"]
    assert chosen(noise(), METHODS, epochs=8).recipes["network"] == alone


@pytest.mark.parametrize(("epochs", "settled"), [(3, False), (200, True)])
def test_epochs_that_were_asked_for_are_kept_and_judged(epochs: int, settled: bool) -> None:
    plan = chosen(rules(), PLAIN, epochs=epochs)
    assert plan.recipes["network"].epochs == epochs
    assert plan.settled == {"network": settled}
    assert f"{epochs:,} epochs" in plan.notes[0]
    assert ("not trained to the end" in plan.described["network"]) is not settled


def test_without_time_nothing_has_settled_and_it_says_so() -> None:
    plan = chosen(noise(), METHODS, deadline=0.0)
    assert set(plan.recipes) == set(METHODS)
    assert set(plan.settled.values()) == {False}
    assert "not seen to settle" in plan.notes[1]


def test_lengths_are_cut_until_all_splits_fit_in(fake_clock: Callable[[float], None]) -> None:
    fake_clock(0.02)
    plan = chosen(noise(), PLAIN, splits=100, deadline=10.0)
    fake_clock(0.02)
    other = chosen(noise(), PLAIN, splits=1, deadline=10.0)
    assert plan.recipes["network"].epochs < other.recipes["network"].epochs
    assert not plan.settled["network"]


def test_many_features_do_not_make_training_diverge() -> None:
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), (120, 40, 20))
    hidden = 3 * np.eye(3)[codes] + rng.normal(size=(len(codes), 3))
    data = made(np.maximum(hidden @ rng.normal(size=(3, 1_000)), 0), codes)
    plan = chosen(data, METHODS, epochs=10)
    everything = np.arange(len(codes))
    found = fit(data, METHODS, everything, everything, 0, plan, math.inf, lambda _: None)
    for name, said in found.log_probabilities.items():
        right = said.argmax(axis=1) == codes
        assert min(right[codes == c].mean() for c in range(3)) > 0.7, name


def test_progress_may_cancel() -> None:
    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        chosen(noise(), PLAIN, progress=cancel)


@pytest.mark.parametrize("samples", [4, 17, 300, 20_000, 10**6])
def test_batches_leave_several_steps_an_epoch(samples: int) -> None:
    size = recipe.batch_size(samples)
    assert 2 <= size <= 512
    assert size <= max(samples // 2, 2)


def test_a_loss_that_is_no_number_has_not_settled() -> None:
    assert not recipe.has_settled(math.nan, 1.0)
    assert not recipe.has_settled(1.0, math.nan)
    assert recipe.has_settled(1.0, 1.2)


def test_a_rate_at_which_longer_training_diverges_is_lowered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[tuple[int, float]] = []

    def diverges(
        data: PilotData, train: Array, test: Array, work: list[tuple[MethodConfig, Recipe]],
        *_: object,
    ) -> list[Trained]:  # fmt: skip
        tried.extend((r.epochs, r.rate) for _, r in work)
        said = np.log(np.full((len(test), 3), 1 / 3))
        return [
            Trained(said, 9.0 if r.epochs > 30 and r.rate > 0.02 else 0.5, np.zeros((3, 20)))
            for _, r in work
        ]

    monkeypatch.setattr(recipe, "train_all", diverges)
    monkeypatch.setattr(recipe, "STEPS", 40)
    plan = chosen(noise(), PLAIN)
    assert plan.recipes["network"].rate < 0.02
    assert plan.settled["network"]
    assert max(rate for epochs, rate in tried if epochs > 100) < 0.02
