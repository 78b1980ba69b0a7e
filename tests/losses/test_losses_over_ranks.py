"""Two ranks with half a batch each are one rank with the whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing as mp

from harmony_core.losses import LOSSES, build_loss
from tests.losses.cases import COUNTS, batches

METHODS = [(name, {}, deferred) for name in LOSSES for deferred in (False, True)] + [
    ("harmonized", {"preset": "literal"}, False),
    ("harmonized", {"preset": "one_density"}, False),
    ("gcl", {"noise": 2.0, "margin": 0.3}, False),
]
RANKS = 2


def _run(rank: int, ranks: int) -> list[dict[str, torch.Tensor]]:
    """The last loss, its gradient and the state of every method after three batches."""
    results = []
    for name, params, deferred in METHODS:
        loss = build_loss(name, COUNTS, **params).double()
        if deferred:
            loss.set_class_weight(torch.tensor([0.25, 1.0, 2.0, 4.0], dtype=torch.float64))
        for batch in batches(n=14):
            mine = [part[rank::ranks] for part in batch]
            z = mine[0].clone().requires_grad_()
            value = loss(z, *mine[1:])
            value.backward()
        state = {f"state {key}": buffer for key, buffer in loss.state_dict().items()}
        results.append({"loss": value.detach(), "gradient": z.grad / ranks, **state})
    return results


def _worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f"file://{folder}/rendezvous"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=RANKS)
    torch.save(_run(rank, RANKS), f"{folder}/{rank}.pt")
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.skipif(not dist.is_available(), reason="this build of torch has no distributed part")
def test_two_ranks_give_the_loss_gradient_and_state_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    mp.spawn(_worker, args=(str(tmp_path),), nprocs=RANKS)
    halves = [torch.load(tmp_path / f"{rank}.pt") for rank in range(RANKS)]
    for (name, _, _), whole, first, second in zip(METHODS, _run(0, 1), *halves, strict=True):
        torch.testing.assert_close((first["loss"] + second["loss"]) / 2, whole["loss"], msg=name)
        gradient = torch.empty_like(whole["gradient"])
        gradient[0::2], gradient[1::2] = first["gradient"], second["gradient"]
        torch.testing.assert_close(gradient, whole["gradient"], msg=name)
        for key in (key for key in whole if key.startswith("state")):
            assert torch.equal(first[key], second[key]), (name, key)
            torch.testing.assert_close(first[key], whole[key], msg=f"{name} {key}")
