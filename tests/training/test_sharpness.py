"""The sharpness-aware step of the tail, against two passes written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from harmony_core.config import MethodConfig, OptimConfig
from harmony_core.losses import LOSSES, build_loss
from harmony_core.models import build_model
from harmony_core.models.mlp import MLP
from harmony_core.training.batch import Batch
from harmony_core.training.networks import Ensemble, SeparateNetworks, StackedMLP
from harmony_core.training.sharpness import RHO, tail_sharpness
from harmony_core.training.step import backward
from harmony_core.training.steppers.cuda_graph import MakeStream
from tests.training.streams import EmulatedStream, RepeatingStream
from tests.training.test_lockstep import assert_same, run, small_config
from tests.training.test_steppers import assert_close, continued, engine, images, points

COUNTS = torch.tensor([40, 4, 12])
"""The tail third is class 1."""
SHARP = MethodConfig("ce", sam="imbsam")
PLAIN = MethodConfig("ce")
METHODS = (
    MethodConfig("harmonized", {"warmup": 1}, sam="imbsam"),
    MethodConfig("ldam", deferral="drw"),
    MethodConfig("balanced_softmax", sam="imbsam", mix="remix"),
    MethodConfig("ib", {"start": 2}, sampler="square_root"),
)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def member(seed: int) -> MLP:
    network = build_model("mlp", (2,), 3, generator=seeded(seed), hidden=5, depth=1)
    assert isinstance(network, MLP)
    return network


def by_hand(network: nn.Module, x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
    """The gradient of the head's loss here and of the tail's loss at the moved weights."""
    weights = dict(network.named_parameters())
    tail = y == 1

    def parts(at: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        z = torch.func.functional_call(network, at, x)
        each = nn.functional.cross_entropy(z, y, reduction="none")
        return (each * ~tail).sum() / len(y), (each * tail).sum() / len(y)

    def gradient(value: torch.Tensor, at: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        return list(torch.autograd.grad(value, list(at.values())))

    head = gradient(parts(weights)[0], weights)
    tail_here = gradient(parts(weights)[1], weights)
    length = torch.cat([g.flatten() for g in tail_here]).norm()
    moved = {
        name: (w + RHO * g / length).detach().requires_grad_()
        for (name, w), g in zip(weights.items(), tail_here, strict=True)
    }
    there = gradient(parts(moved)[1], moved)
    return [one + other for one, other in zip(head, there, strict=True)]


@pytest.mark.parametrize("kind", [StackedMLP, SeparateNetworks])
def test_the_gradient_is_that_of_two_passes_written_out(kind: type[Ensemble]) -> None:
    members = [member(seed) for seed in (1, 2, 3)]
    x = torch.randn(3, 8, 2, generator=seeded(4))
    y = torch.tensor([0, 1, 2, 1, 0, 0, 2, 0]).expand(3, 8)
    expected = [by_hand(network, x[i], y[i]) for i, network in enumerate(members)]
    ensemble: Ensemble = kind(members)  # type: ignore[call-arg]
    methods = [SHARP, PLAIN, SHARP]
    losses = [build_loss(method.loss, COUNTS) for method in methods]
    parameters = list(ensemble.parameters())
    before = [parameter.detach().clone() for parameter in parameters]
    batch = Batch(x, y)
    _, plain = backward(ensemble, losses, parameters, batch)
    usual = [p.grad.clone() for p in parameters if p.grad is not None]
    sharp = tail_sharpness(ensemble.groups(), methods, COUNTS)
    _, scalars = backward(ensemble, losses, parameters, batch, sharp)
    torch.testing.assert_close(scalars, plain)
    for parameter, value in zip(parameters, before, strict=True):
        assert torch.equal(parameter, value)

    def of(i: int, gradients: list[torch.Tensor]) -> list[torch.Tensor]:
        if kind is StackedMLP:
            head, layer = gradients[:2], gradients[2:]  # a single network has its head last
            return [gradient[i] for gradient in (*layer, *head)]
        size = len(gradients) // 3
        return gradients[i * size : (i + 1) * size]

    found = [p.grad for p in parameters if p.grad is not None]
    for i in (0, 2):
        torch.testing.assert_close(of(i, found), expected[i])
        assert any(
            not torch.allclose(a, b) for a, b in zip(of(i, found), of(i, usual), strict=True)
        )
    for one, other in zip(of(1, found), of(1, usual), strict=True):
        assert torch.equal(one, other)


def test_a_batch_without_a_tail_takes_the_usual_step() -> None:
    ensemble = StackedMLP([member(1)])
    x, y = torch.randn(1, 4, 2, generator=seeded(1)), torch.tensor([[0, 2, 0, 0]])
    losses, parameters = [build_loss("ce", COUNTS)], list(ensemble.parameters())
    backward(ensemble, losses, parameters, Batch(x, y))
    usual = [p.grad.clone() for p in parameters if p.grad is not None]
    sharp = tail_sharpness(ensemble.groups(), [SHARP], COUNTS)
    backward(ensemble, losses, parameters, Batch(x, y), sharp)
    torch.testing.assert_close([p.grad for p in parameters], usual)


def test_batch_norms_and_densities_see_a_batch_once() -> None:
    network = build_model("resnet32", (3, 8, 8), 3, generator=seeded(0), blocks=1)
    ensemble = SeparateNetworks([network])
    x = torch.randn(1, 6, 3, 8, 8, generator=seeded(1))
    y = torch.tensor([[0, 1, 2, 0, 1, 0]])

    def statistics(sharp: bool) -> dict[str, torch.Tensor]:
        state = {key: value.clone() for key, value in network.state_dict().items()}
        loss = build_loss("harmonized", COUNTS, warmup=0, anneal=0.0)
        parts = tail_sharpness(ensemble.groups(), [SHARP], COUNTS) if sharp else []
        backward(ensemble, [loss], list(network.parameters()), Batch(x, y), parts)
        seen = {k: v.clone() for k, v in network.state_dict().items() if "running" in k}
        network.load_state_dict(state)
        assert loss.training
        return {**seen, **loss.state_dict()}

    usual, sharp = statistics(False), statistics(True)
    assert any("running" in key for key in usual)
    for key, value in usual.items():
        assert torch.equal(value, sharp[key]), key


def test_other_methods_keep_their_numbers_beside_a_sharpness_aware_one() -> None:
    plain = (MethodConfig("harmonized"), MethodConfig("ldam"), MethodConfig("ce"))
    sharp = (MethodConfig("harmonized"), MethodConfig("ldam", sam="imbsam"), MethodConfig("ce"))
    without, beside = run(small_config(methods=plain)), run(small_config(methods=sharp))
    for i in (0, 2):
        assert_same([[frames[i]] for frames in without], [[frames[i]] for frames in beside])
    assert not np.array_equal(without[-1][1].tracked_logits, beside[-1][1].tracked_logits)


def test_a_sharpness_aware_method_is_the_same_alone() -> None:
    beside = run(small_config(methods=METHODS))[-1]
    for i in (0, 2):
        alone = run(small_config(methods=(METHODS[i],)))[-1][0]
        np.testing.assert_allclose(
            beside[i].tracked_logits.astype(float), alone.tracked_logits.astype(float), atol=0.02
        )


@pytest.mark.parametrize("make_stream", [RepeatingStream, EmulatedStream])
def test_sharpness_aware_networks_step_separately_as_jointly(make_stream: MakeStream) -> None:
    config = images(methods=METHODS, epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, make_stream).run()), exact=True)
    config = points(methods=METHODS, epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, make_stream).run()))


@pytest.mark.parametrize("make_stream", [None, EmulatedStream])
def test_a_sharpness_aware_run_continues_bit_for_bit(make_stream: MakeStream | None) -> None:
    config = points(methods=METHODS, epochs=4)
    assert_same(list(engine(config, make_stream).run()), continued(config, make_stream))


def test_every_loss_can_be_sharpness_aware() -> None:
    config = small_config(
        methods=tuple(MethodConfig(name, sam="imbsam") for name in LOSSES)[:16],
        optim=OptimConfig(lr=0.01, batch_size=32),
        epochs=2,
    )
    for frame in run(config)[-1]:
        assert np.isfinite(frame.train_loss)
