"""Every loss against its oracle: value, weights, gradient norms and gradient, step by step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from harmony_core.losses import LOSSES
from harmony_core.losses.base import Loss
from tests.losses.cases import CASES, COUNTS, IDS, batches, batches_for, build
from tests.losses.known import known


def _oracle(name: str, params: dict):
    settings = LOSSES[name].resolve(params)
    return known(name).oracle(COUNTS, **settings)


def _compare(loss: Loss, oracle, batch) -> None:
    z = batch.logits.clone().requires_grad_()
    terms = loss.terms(z, batch.targets, batch.features)
    value = loss.reduce(terms)
    value.backward()
    wanted = oracle.step(batch.logits.numpy(), batch.targets.numpy(), batch.features.numpy())
    np.testing.assert_allclose(terms.grad_norm, wanted.grad_norm, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(terms.difficulty, wanted.difficulty, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(terms.weight, wanted.weight, rtol=2e-6)
    np.testing.assert_allclose(value.item(), wanted.loss, rtol=2e-6)
    np.testing.assert_allclose(z.grad, wanted.gradient, rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)
def test_matches_its_oracle_while_training_and_in_evaluation(name: str, params: dict) -> None:
    loss, oracle = build(name, params), _oracle(name, params)
    for batch in batches(n=20, steps=4):
        _compare(loss, oracle, batch)
    loss.eval()
    oracle.training = False
    for batch in batches(n=20, steps=2, seed=1):
        _compare(loss, oracle, batch)


def test_harmonized_density_follows_its_oracle_over_many_batches() -> None:
    loss, oracle = build("harmonized", {"horizon": 0.1}), _oracle("harmonized", {"horizon": 0.1})
    for batch in batches(n=7, steps=30):
        loss(*batch)
        oracle.step(*(part.numpy() for part in batch))
    for row, density in enumerate(oracle.density):
        regions = int(loss.regions[row])
        np.testing.assert_allclose(loss.density[row, :regions], density, rtol=1e-6)
        np.testing.assert_allclose(
            loss.region_weights()[row, :regions], oracle.table(row), rtol=1e-6
        )


CONSTANT = [known(name).weight_is_constant for name, _ in CASES]
HELD = [
    case
    for case, constant in zip(CASES, CONSTANT, strict=True)
    if constant and known(case[0]).shift_is_constant
]
DIFFERENTIATED = [case for case, constant in zip(CASES, CONSTANT, strict=True) if not constant]


@pytest.mark.parametrize(
    ("name", "params"), [*DIFFERENTIATED, ("focal", {"gamma": 1.0}), ("focal", {"gamma": 2.0})]
)
def test_a_differentiated_weight_gives_the_derivative_of_the_loss(name: str, params: dict) -> None:
    batch = batches(n=6, steps=1)[0]
    oracle, step = _oracle(name, params), 1e-6
    z = batch.logits.clone().requires_grad_()
    build(name, params)(z, batch.targets).backward()
    for i in range(6):
        for c in range(len(COUNTS)):
            ends = []
            for sign in (1, -1):
                moved = batch.logits.clone()
                moved[i, c] += sign * step
                ends.append(oracle.step(moved.numpy(), batch.targets.numpy(), np.zeros((6, 1))))
            slope = (ends[0].loss - ends[1].loss) / (2 * step)
            assert float(z.grad[i, c]) == pytest.approx(slope, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(("name", "params"), HELD)
def test_gradcheck_with_weights_held_fixed(name: str, params: dict) -> None:
    batch = batches_for(name, n=5, steps=1)[0]
    first = build(name, params).terms(*batch)

    def held(z: torch.Tensor) -> torch.Tensor:
        terms = build(name, params).terms(z, batch.targets, batch.features)
        return (first.weight * terms.cross_entropy).sum() / first.unit.sum()

    z = batch.logits.clone().requires_grad_()
    assert torch.autograd.gradcheck(held, (z,))
    (gradient,) = torch.autograd.grad(held(z), z)
    again = build(name, params)
    (whole,) = torch.autograd.grad(again(z, batch.targets, batch.features), z)
    torch.testing.assert_close(whole, gradient)
