"""Ranks with a part of the batch each are one rank with the whole, for one collective a batch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing as mp

from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import joint_terms, reduce_all
from tests.losses.cases import COUNTS, Batch, batches, suited

METHODS = [(name, {}, deferred) for name in LOSSES for deferred in (False, True)] + [
    ("harmonized", {"preset": "literal"}, False),
    ("harmonized", {"preset": "one_density"}, False),
    ("gcl", {"noise": 2.0, "margin": 0.3}, False),
]
RANKS = 2
WAYS = ("plain", "ignored", "soft")
needs_ranks = pytest.mark.skipif(
    not dist.is_available(), reason="this build of torch has no distributed part"
)


def _made() -> list[Batch]:
    """Three batches for both ranks, the second with a single sample."""
    first, second, third = batches(n=14)
    return [first, Batch(*(part[:1] for part in second)), third]


def _built(name: str, params: dict, deferred: bool) -> torch.nn.Module:
    loss = build_loss(name, COUNTS, **params).double()
    if deferred:
        loss.set_class_weight(torch.tensor([0.25, 1.0, 2.0, 4.0], dtype=torch.float64))
    return loss


def _state(loss: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {f"state {key}": buffer for key, buffer in loss.state_dict().items()}


def _targets(way: str, number: int, targets: torch.Tensor, soft: bool) -> torch.Tensor:
    """The targets of a batch: as they are, some ignored (in the last batch all of rank 1), soft."""
    if way == "ignored":
        step = 4 if number == 0 else 2
        ignored = torch.arange(len(targets)) % step == step - 1
        return targets.masked_fill(ignored, -100)
    if way == "soft" and soft:
        one = torch.nn.functional.one_hot(targets, len(COUNTS)).double()
        return 0.75 * one + 0.25 * one.roll(1, dims=1)
    return targets


def _alone(rank: int, ranks: int, way: str = "plain") -> list[dict[str, torch.Tensor]]:
    """The losses of every method on each batch, the last gradient, and the state."""
    results = []
    for method in METHODS:
        loss, values = _built(*method), []
        for number, batch in enumerate(_made()):
            targets = _targets(way, number, batch.targets, not loss.refuses_soft)
            mine = [part[rank::ranks] for part in (batch.logits, targets, batch.features)]
            z = suited(method[0], mine[0]).clone().requires_grad_()
            value = loss(z, *mine[1:])
            value.backward()
            values.append(value.detach())
        results.append({"loss": torch.stack(values), "gradient": z.grad / ranks, **_state(loss)})
    return results


def _together(rank: int, ranks: int) -> list[dict[str, torch.Tensor]]:
    """The same, with all methods in one step."""
    losses = [_built(*method) for method in METHODS]
    values = []
    for batch in _made():
        z, y, h = (
            part[rank::ranks].expand(len(losses), *part[rank::ranks].shape) for part in batch
        )
        z = torch.stack([suited(name, own) for (name, *_), own in zip(METHODS, z, strict=True)])
        z = z.requires_grad_()
        value = reduce_all(*joint_terms(losses, z, y, h))
        value.sum().backward()
        values.append(value.detach())
    return [
        {"loss": one, "gradient": gradient, **_state(loss)}
        for one, gradient, loss in zip(torch.stack(values, 1), z.grad / ranks, losses, strict=True)
    ]


def _worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f"file://{folder}/rendezvous"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=RANKS)
    calls = []
    for name in ("all_reduce", "all_gather", "broadcast"):

        def counted(*given: object, plain: object = getattr(dist, name), **more: object) -> object:
            calls.append(1)
            return plain(*given, **more)

        setattr(dist, name, counted)
    alone = _alone(rank, RANKS)
    assert len(calls) == len(METHODS) * len(_made())
    calls.clear()
    together = _together(rank, RANKS)
    assert len(calls) == len(_made())
    others = [_alone(rank, RANKS, way) for way in WAYS[1:]]
    torch.save((alone, together, *others), f"{folder}/{rank}.pt")
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
@needs_ranks
def test_two_ranks_give_the_loss_gradient_and_state_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    mp.spawn(_worker, args=(str(tmp_path),), nprocs=RANKS)
    halves = [torch.load(tmp_path / f"{rank}.pt") for rank in range(RANKS)]
    plain, *others = (_alone(0, 1, way) for way in WAYS)
    for way, wanted in enumerate((plain, plain, *others)):
        parts = zip(METHODS, wanted, halves[0][way], halves[1][way], strict=True)
        for (name, _, _), whole, first, second in parts:
            assert second["loss"][1] == 0, name  # the rank without a sample
            torch.testing.assert_close(
                (first["loss"] + second["loss"]) / 2, whole["loss"], msg=name
            )
            gradient = torch.empty_like(whole["gradient"])
            gradient[0::2], gradient[1::2] = first["gradient"], second["gradient"]
            torch.testing.assert_close(gradient, whole["gradient"], msg=name)
            for key in (key for key in whole if key.startswith("state")):
                assert torch.equal(first[key], second[key]), (name, key)
                torch.testing.assert_close(first[key], whole[key], msg=f"{name} {key}")
