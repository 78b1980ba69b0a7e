"""The pilot's networks on data whose answer is known: what they say, and when they give up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from harmony_core.config import MethodConfig
from harmony_core.inspection.pilot.contestants.network import NETWORKS
from harmony_core.inspection.pilot.data import PilotData
from harmony_core.inspection.pilot.networks import Fitted, OutOfTimeError, fit, train_all
from harmony_core.inspection.pilot.plan import Plan, Recipe

METHODS = {c.name: c.method for c in NETWORKS if c.method is not None}
RECIPE = Recipe(rate=0.1, decay=1e-4, hidden=16, batch=16, epochs=20)
COUNTS = (90, 45, 12)


def clouds(counts: tuple[int, ...] = COUNTS, kind: str = "table") -> PilotData:
    """Well separated clouds on a circle."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(len(counts)), counts)
    angle = 2 * np.pi * codes / len(counts)
    points = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(size=(len(codes), 2))
    n = len(codes)
    return PilotData(
        points.astype(np.float32), codes, tuple("abcd"[: len(counts)]), np.arange(len(counts)),
        np.zeros(n, dtype=bool), "2 features", kind, np.arange(n), np.arange(n), (),
    )  # fmt: skip


def parts(data: PilotData) -> tuple[np.ndarray, np.ndarray]:
    held_out = np.arange(len(data.codes)) % 3 == 0
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def fitted(
    data: PilotData,
    methods: dict[str, MethodConfig],
    recipe: Recipe = RECIPE,
    seed: int = 0,
    train: np.ndarray | None = None,
) -> Fitted:
    own, test = parts(data)
    plan = Plan(dict.fromkeys(methods, recipe))
    return fit(
        data, methods, own if train is None else train, test, seed, plan, math.inf, lambda _: None
    )


@pytest.mark.parametrize("kind", ["table", "points"])
def test_every_loss_tells_separated_classes_apart(kind: str) -> None:
    data = clouds(kind=kind)
    _, test = parts(data)
    found = fitted(data, METHODS)
    assert list(found.log_probabilities) == list(METHODS)
    for said in found.log_probabilities.values():
        assert said.shape == (len(test), 3)
        assert np.exp(said).sum(axis=1) == pytest.approx(1, abs=1e-5)
        right = said.argmax(axis=1) == data.codes[test]
        assert min(right[data.codes[test] == c].mean() for c in range(3)) >= 0.75


def test_a_network_does_not_depend_on_those_beside_it() -> None:
    data = clouds()
    train, test = parts(data)
    work = [(method, replace(RECIPE, decay=d)) for method in METHODS.values() for d in (1e-3, 0.05)]
    together = train_all(data, train, test, work, 0, math.inf, lambda _: None)
    for pair, beside in zip(work, together, strict=True):
        (alone,) = train_all(data, train, test, [pair], 0, math.inf, lambda _: None)
        assert alone is not None
        assert beside is not None
        assert alone.loss == pytest.approx(beside.loss, rel=1e-3, abs=1e-3)
        assert np.abs(np.exp(alone.log_probabilities) - np.exp(beside.log_probabilities)).max() < (
            0.01
        )


def test_the_same_seed_gives_the_same_numbers() -> None:
    data, one = clouds(), {"plain": MethodConfig()}
    first, again, other = (fitted(data, one, seed=s).log_probabilities["plain"] for s in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_recipes_may_differ_between_methods() -> None:
    data = clouds()
    train, test = parts(data)
    methods = {"a": MethodConfig(), "b": MethodConfig()}
    plan = Plan({"a": RECIPE, "b": replace(RECIPE, decay=0.5)})
    found = fit(data, methods, train, test, 0, plan, math.inf, lambda _: None).log_probabilities
    assert found["a"].max(axis=1).mean() > found["b"].max(axis=1).mean() + 0.1


def test_classes_may_lack_training_or_test_samples() -> None:
    data = clouds((60, 30, 20, 9))
    train, test = parts(data)
    train, test = train[data.codes[train] != 2], test[data.codes[test] != 3]
    plan = Plan({"plain": RECIPE})
    found = fit(
        data, {"plain": MethodConfig()}, train, test, 0, plan, math.inf, lambda _: None
    )  # fmt: skip
    said = found.log_probabilities["plain"]
    assert np.isfinite(said).all()
    assert (said[:, 2] < -20).all()
    assert set(said.argmax(axis=1)) <= {0, 1, 3}
    assert found.density is not None
    assert found.density.sum(axis=1).tolist() == np.bincount(data.codes[train]).tolist()


def test_the_density_is_that_of_cross_entropy() -> None:
    data = clouds()
    train, _ = parts(data)
    found = fitted(data, METHODS).density
    assert found is not None
    assert found.sum(axis=1).tolist() == np.bincount(data.codes[train]).tolist()
    others = {name: method for name, method in METHODS.items() if method != MethodConfig()}
    assert fitted(data, others).density is None


def test_a_deadline_that_is_past_ends_training() -> None:
    data = clouds()
    train, test = parts(data)
    work = [(MethodConfig(), RECIPE)]
    assert train_all(data, train, test, work, 0, 0.0, lambda _: None) == [None]
    with pytest.raises(OutOfTimeError):
        fit(
            data, {"plain": MethodConfig()}, train, test, 0, Plan({"plain": RECIPE}), 0.0,
            lambda _: None,
        )  # fmt: skip


def test_progress_grows_to_the_end() -> None:
    data = clouds()
    train, test = parts(data)
    seen: list[float] = []
    plan = Plan({"a": RECIPE, "b": replace(RECIPE, hidden=8)})
    fit(data, dict.fromkeys("ab", MethodConfig()), train, test, 0, plan, math.inf, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)
