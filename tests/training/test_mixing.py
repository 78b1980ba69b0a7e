"""Mixed samples and their labels, by hand; methods that do not mix are left alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from harmony_core.config import MethodConfig, OptimConfig
from harmony_core.losses import LOSSES, build_loss
from harmony_core.training.epoch_plan import draw_epoch, generator
from harmony_core.training.mixing import Mixing, draw_partners, remix_share
from harmony_core.training.step import backward
from harmony_core.training.steppers.cuda_graph import MakeStream
from tests.training.streams import EmulatedStream, RepeatingStream
from tests.training.test_lockstep import assert_same, run, small_config
from tests.training.test_steppers import assert_close, continued, engine, images, points

PLAIN = (
    MethodConfig("harmonized", {"warmup": 1}),
    MethodConfig("ldam", deferral="drw"),
    MethodConfig("ce", sampler="square_root"),
    MethodConfig("balanced_softmax"),
)
MIXED = (
    MethodConfig("harmonized", {"warmup": 1}, mix="remix"),
    MethodConfig("ldam", deferral="drw"),
    MethodConfig("ce", sampler="square_root", mix="mixup"),
    MethodConfig("balanced_softmax"),
)


def test_partners_are_a_permutation_of_each_batch_and_have_one_share() -> None:
    partner, share = draw_partners(70, 32, generator(3, 0))
    for rows in (slice(0, 32), slice(32, 64), slice(64, 70)):
        positions = list(range(70))[rows]
        assert sorted(partner[rows].tolist()) == positions
        assert len(set(share[rows].tolist())) == 1
    assert len(set(share.tolist())) == 3
    assert partner[:32].tolist() != list(range(32))


def test_the_larger_share_is_distributed_as_that_of_a_uniform_draw() -> None:
    _, share = draw_partners(20_000, 1, generator(0, 0))
    assert share.min() >= 0.5
    assert share.mean() == pytest.approx(0.75, abs=0.01)
    assert (share < 0.6).double().mean() == pytest.approx(0.2, abs=0.02)


def test_mixing_leaves_the_other_draws_of_an_epoch_alone() -> None:
    targets, counts = torch.tensor([0] * 30 + [1] * 10), torch.tensor([30, 10])

    def draw(mixed_batch: int, epoch: int = 0) -> list[torch.Tensor]:
        plan = draw_epoch(
            targets, counts, frozenset({"uniform", "class_balanced"}), 5, epoch, True,
            torch.device("cpu"), mixed_batch,
        )  # fmt: skip
        assert (plan.partner is None) == (mixed_batch == 0)
        values = [*plan.index.values(), plan.crop, plan.flip, plan.partner, plan.share]
        return [value for value in values if value is not None]

    for one, other in zip(draw(0), draw(16), strict=False):
        assert torch.equal(one, other)
    assert not torch.equal(draw(16)[-2], draw(16, epoch=1)[-2])


def test_remix_gives_the_label_to_the_rarer_class_where_it_is_the_larger_part() -> None:
    share = torch.tensor([0.4, 0.4, 0.6, 0.6, 0.6, 0.4, 0.5])
    own = torch.tensor([300, 299, 100, 101, 300, 100, 100])
    partner = torch.tensor([100, 100, 300, 300, 100, 300, 300])
    expected = torch.tensor([0.0, 0.4, 1.0, 0.6, 0.6, 0.4, 0.5])
    assert torch.equal(remix_share(share, own, partner), expected)


@pytest.mark.parametrize("mix", ["mixup", "remix"])
@pytest.mark.parametrize("deferred", [False, True])
def test_the_loss_of_mixed_samples_by_hand(mix: str, deferred: bool) -> None:
    counts = torch.tensor([30, 10, 3])
    weights = torch.tensor([0.5, 1.0, 2.0]) if deferred else torch.ones(3)
    loss = build_loss("balanced_softmax", counts)
    loss.set_class_weight(weights)
    matrix = torch.tensor([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]], requires_grad=True)
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 2.0]])
    y = torch.tensor([0, 2, 1, 0])
    order = torch.tensor([1, 0, 3, 2])
    share = torch.full((4,), 0.75)
    mixing = Mixing([MethodConfig("balanced_softmax", mix=mix)], counts)
    batch = mixing.mix(x[None], y[None], x[order][None], y[order][None], share)

    def forward(inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return inputs @ matrix.T, inputs

    (terms,), (value,) = backward(forward, [loss], [matrix], batch)

    kept = {"mixup": [0.75] * 4, "remix": [0.75, 1.0, 1.0, 0.75]}[mix]
    total = torch.zeros(())
    below = 0.0
    for i, keep in enumerate(kept):
        z = (0.75 * x[i] + 0.25 * x[order[i]]) @ matrix.T + torch.log(counts / counts.sum())
        for label, part in ((y[i], keep), (y[order[i]], 1 - keep)):
            total = total + part * weights[label] * F.cross_entropy(z, label)
            below += part * float(weights[label])
    expected = total / below
    torch.testing.assert_close(value, expected.detach())
    assert matrix.grad is not None
    torch.testing.assert_close(matrix.grad, torch.autograd.grad(expected, matrix)[0])
    assert torch.equal(terms.weight, weights[y])
    assert terms.grad_norm.shape == (4,)


def test_a_density_counts_a_mixed_sample_once_under_its_own_label() -> None:
    loss = build_loss("harmonized", [40, 20], warmup=0, anneal=0.0)
    matrix = torch.zeros(2, 2, requires_grad=True)
    mixing = Mixing([MethodConfig("harmonized", mix="mixup")], torch.tensor([40, 20]))
    y, partners = torch.tensor([[0, 0, 0]]), torch.tensor([[1, 1, 1]])
    x = torch.ones(1, 3, 2)
    batch = mixing.mix(x, y, x, partners, torch.full((3,), 0.75))
    backward(lambda inputs: (inputs @ matrix.T, inputs), [loss], [matrix], batch)
    state = loss.density_state()
    assert state is not None
    assert state.counts.sum(1).tolist() == [3.0, 0.0]
    assert loss.training


def test_methods_that_do_not_mix_keep_their_numbers_beside_methods_that_do() -> None:
    without, beside = run(small_config(methods=PLAIN)), run(small_config(methods=MIXED))
    for i in (1, 3):
        assert_same([[frames[i]] for frames in without], [[frames[i]] for frames in beside])
    for i in (0, 2):
        assert not np.array_equal(without[-1][i].tracked_logits, beside[-1][i].tracked_logits)


def test_a_method_that_mixes_is_the_same_alone() -> None:
    beside = run(small_config(methods=MIXED))[-1]
    for i in (0, 2):
        alone = run(small_config(methods=(MIXED[i],)))[-1][0]
        np.testing.assert_allclose(
            beside[i].tracked_logits.astype(float), alone.tracked_logits.astype(float), atol=0.02
        )
        np.testing.assert_array_equal(beside[i].grad_counts.sum(1), alone.grad_counts.sum(1))


@pytest.mark.parametrize("make_stream", [RepeatingStream, EmulatedStream])
def test_mixing_networks_step_separately_as_jointly(make_stream: MakeStream) -> None:
    config = images(methods=MIXED, epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, make_stream).run()), exact=True)
    config = points(methods=MIXED, epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, make_stream).run()))


@pytest.mark.parametrize("make_stream", [None, EmulatedStream])
def test_mixing_continues_from_a_checkpoint_bit_for_bit(make_stream: MakeStream | None) -> None:
    config = points(methods=MIXED, epochs=4)
    assert_same(list(engine(config, make_stream).run()), continued(config, make_stream))


def test_every_loss_can_mix() -> None:
    config = small_config(
        methods=tuple(MethodConfig(name, mix="mixup") for name in LOSSES)[:16],
        optim=OptimConfig(lr=0.01, batch_size=32),
        epochs=2,
    )
    for frame in run(config)[-1]:
        assert np.isfinite(frame.train_loss)
