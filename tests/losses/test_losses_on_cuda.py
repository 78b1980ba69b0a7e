"""No loss waits for the GPU, and each can be captured in a CUDA graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from harmony_core.losses import build_loss
from tests.losses.cases import CASES, COUNTS, IDS, Batch, batches_for

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
every_case = pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)


@contextmanager
def _no_waiting() -> Iterator[None]:
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def _on_gpu(name: str) -> list[Batch]:
    made = batches_for(name, n=64, steps=4, dtype=torch.float32)
    return [Batch(*(part.cuda() for part in batch)) for batch in made]


@every_case
def test_a_step_never_waits_for_the_device(name: str, params: dict) -> None:
    loss = build_loss(name, COUNTS, **params).cuda()
    made = _on_gpu(name)
    z = made[0].logits.clone().requires_grad_()
    for _ in range(4):  # of losses on cosines, the calls 1, 2, 4, 8, … are looked at
        loss(z, *made[0][1:]).backward()
    weight = torch.ones(4, device="cuda")
    torch.cuda.synchronize()
    with _no_waiting():
        loss.on_epoch_start(50)
        loss.set_class_weight(weight)
        for batch in made[:3]:
            loss(z, *batch[1:]).backward()
        loss.density_state()
        loss.eval()
        loss.terms(*made[0])


@every_case
def test_the_gpu_agrees_with_the_cpu(name: str, params: dict) -> None:
    on_cpu = build_loss(name, COUNTS, **params)
    on_gpu = build_loss(name, COUNTS, **params).cuda()
    for batch in _on_gpu(name):
        wanted = on_cpu.terms(*(part.cpu() for part in batch))
        for mine, other in zip(on_gpu.terms(*batch), wanted, strict=True):
            torch.testing.assert_close(mine.cpu(), other, rtol=1e-4, atol=1e-5)


@every_case
def test_a_captured_step_replays_as_the_plain_one(name: str, params: dict) -> None:
    plain = build_loss(name, COUNTS, **params).cuda()
    captured = build_loss(name, COUNTS, **params).cuda()
    made = _on_gpu(name)
    still = Batch(*(part.clone() for part in made[0]))
    z = still.logits.requires_grad_()
    fresh = {key: value.clone() for key, value in captured.state_dict().items()}
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            captured(z, *still[1:]).backward()
    torch.cuda.current_stream().wait_stream(side)
    z.grad = None
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        value = captured(z, *still[1:])
        value.backward()
    captured.load_state_dict(fresh)
    for epoch, batch in enumerate(made):
        plain.on_epoch_start(4 + epoch)
        captured.on_epoch_start(4 + epoch)
        with torch.no_grad():
            for place, part in zip((z, *still[1:]), batch, strict=True):
                place.copy_(part)
        graph.replay()
        leaf = batch.logits.clone().requires_grad_()
        wanted = plain(leaf, *batch[1:])
        wanted.backward()
        torch.testing.assert_close(value, wanted)
        torch.testing.assert_close(z.grad, leaf.grad)
    for key, buffer in plain.state_dict().items():
        torch.testing.assert_close(captured.state_dict()[key], buffer)
