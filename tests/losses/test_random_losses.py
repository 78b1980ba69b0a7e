"""Losses that draw random numbers: from seed and epoch, anew in every step, none in evaluation."""

from __future__ import annotations

import math

import pytest
import torch

from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.drawn import DrawnNumbers
from harmony_core.losses.samples import Samples
from tests.losses.cases import batches, build

RANDOM = [name for name, spec in LOSSES.items() if spec.random]
STRONG = {"eql": {"gamma": 0.5, "threshold": 1.0}, "gcl": {"noise": 2.0}}
"""Settings under which every draw shows."""
BATCH = batches(n=40, steps=1)[0]
every_random_loss = pytest.mark.parametrize("name", RANDOM)


def norms(loss: torch.nn.Module) -> torch.Tensor:
    return loss.terms(*BATCH).grad_norm


@every_random_loss
def test_every_step_and_every_epoch_draws_anew_and_can_be_repeated(name: str) -> None:
    loss, again = build(name, STRONG[name]), build(name, STRONG[name])
    seen = []
    for epoch in (0, 1):
        for one in (loss, again):
            one.on_epoch_start(epoch, 2)
        for _ in range(3):
            seen.append(norms(loss))
            assert torch.equal(norms(again), seen[-1])
    for i, one in enumerate(seen):
        for other in seen[:i]:
            assert not torch.allclose(one, other)
    loss.on_epoch_start(1, 2)
    assert torch.equal(norms(loss), seen[3])


@every_random_loss
def test_another_seed_draws_other_numbers(name: str) -> None:
    first, second = (build(name, {**STRONG[name], "seed": seed}) for seed in (0, 1))
    assert not torch.allclose(norms(first), norms(second))


@every_random_loss
def test_evaluation_draws_none_and_uses_none_up(name: str) -> None:
    loss, undisturbed = build(name, STRONG[name]), build(name, STRONG[name])
    loss.eval()
    plain = torch.softmax(BATCH.logits * loss.scale, 1).gather(1, BATCH.targets[:, None])[:, 0]
    torch.testing.assert_close(norms(loss), 1 - plain)
    assert torch.equal(norms(loss), norms(loss))
    loss.train()
    assert torch.equal(norms(loss), norms(undisturbed))


def test_equalization_leaves_out_rare_classes_as_often_as_gamma_says() -> None:
    counts, n = [1000, 900, 20, 10], 5000
    loss = build_loss("eql", counts, gamma=0.7)
    assert loss.rare.tolist() == [False, False, True, True]
    for target in range(4):
        moved = loss.adjust(Samples(torch.zeros(n, 4), torch.full((n,), target)))
        left_out = (moved == -math.inf).double().mean(0)
        for c in range(4):
            share = 0.7 if c >= 2 and c != target else 0.0
            assert float(left_out[c]) == pytest.approx(share, abs=0.03)


def test_clouds_only_lower_logits_and_grow_with_rarity() -> None:
    loss = build_loss("gcl", [1000, 100, 10], noise=0.5, scale=2.0)
    samples = Samples(torch.zeros(5000, 3), torch.zeros(5000, dtype=torch.int64))
    fall = -loss.adjust(samples) / 2.0
    assert torch.equal(fall[:, 0], torch.zeros(5000))
    assert float(fall.min()) == 0
    assert fall.max(0).values.tolist() == pytest.approx([0, 0.25, 0.5])
    # the mean of |ε| is ⅓ √(2/π), less what is clipped
    assert fall[:, 2].mean().item() == pytest.approx(0.5 * math.sqrt(2 / math.pi) / 3, rel=0.05)


def test_numbers_of_a_table_do_not_repeat_from_step_to_step() -> None:
    drawn = DrawnNumbers(torch.rand, seed=3)
    steps = torch.stack([drawn.take(8, 5) for _ in range(200)])
    assert len(steps.unique()) == steps.numel()
