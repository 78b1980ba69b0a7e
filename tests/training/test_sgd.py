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
