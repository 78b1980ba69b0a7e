"""Our SGD is the optimiser's step."""

from __future__ import annotations

import pytest
import torch

from harmony_core.config import OptimConfig
from harmony_core.training.steppers.sgd import SGD


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_the_optimisers_step_and_keeps_its_state(momentum: float) -> None:
    optim = OptimConfig(lr=0.1, momentum=momentum, weight_decay=0.01)

    def start() -> tuple[torch.nn.Linear, torch.optim.SGD]:
        layer = torch.nn.Linear(4, 3)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=seeded(7)))
        return layer, torch.optim.SGD(
            layer.parameters(), lr=0.1, momentum=momentum, weight_decay=0.01, fused=True
        )

    (plain, optimizer), (ours, holder) = start(), start()
    sgd = SGD(list(ours.parameters()), holder, optim)
    inputs = torch.randn(5, 4, generator=seeded(8))
    for step in range(4):
        for layer in (plain, ours):
            layer.zero_grad()
            layer(inputs).square().sum().backward()
        optimizer.step()
        sgd.step(0.1 if step % 2 else torch.tensor(0.1, dtype=torch.float64))
        if step == 2:  # as after a checkpoint is restored
            holder.load_state_dict(holder.state_dict())
            sgd.forget()
    for one, other in zip(plain.parameters(), ours.parameters(), strict=True):
        assert torch.equal(one, other)
        if momentum:
            buffers = (optimizer.state[one], holder.state[other])
            assert torch.equal(*(state["momentum_buffer"] for state in buffers))


def test_each_network_of_a_batch_has_its_own_weight_decay() -> None:
    optim = OptimConfig(lr=0.1, momentum=0.9, weight_decay=0.01)
    decays = (None, 0.5, 0.0)
    start = torch.randn(3, 4, 2, generator=seeded(1))
    stacked = torch.nn.Parameter(start.clone())
    single = [torch.nn.Parameter(part.clone()) for part in start]
    sgd = SGD([stacked], torch.optim.SGD([stacked], lr=0.1, momentum=0.9), optim, decays)
    optimizers = [
        torch.optim.SGD(
            [part], lr=0.1, momentum=0.9, weight_decay=0.01 if decay is None else decay, fused=True
        )
        for part, decay in zip(single, decays, strict=True)
    ]
    for step in range(4):
        gradient = torch.randn(3, 4, 2, generator=seeded(10 + step))
        stacked.grad = gradient.clone()
        for part, own, optimizer in zip(single, gradient, optimizers, strict=True):
            part.grad = own.clone()
            optimizer.step()
        sgd.step(0.1)
    assert torch.equal(stacked[0], single[0])
    torch.testing.assert_close(stacked.detach(), torch.stack(single).detach())


def test_one_decay_of_a_network_is_the_optimisers_step_with_it() -> None:
    (ours,), (plain,) = ([torch.nn.Parameter(torch.ones(3))] for _ in range(2))
    sgd = SGD([ours], torch.optim.SGD([ours], lr=0.1, momentum=0.9), OptimConfig(), [0.3])
    optimizer = torch.optim.SGD([plain], lr=0.1, momentum=0.9, weight_decay=0.3, fused=True)
    for _ in range(3):
        ours.grad, plain.grad = torch.full((3,), 0.7), torch.full((3,), 0.7)
        sgd.step(0.1)
        optimizer.step()
    assert torch.equal(ours, plain)
